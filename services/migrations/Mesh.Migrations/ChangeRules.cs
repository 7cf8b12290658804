using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Scheduler.Checking;

namespace Mesh.Migrations;

/// <summary>What speaks against a change before anything is done: every reason at once.</summary>
public static class ChangeRules
{
    /// <summary>The answer to a change that cannot be taken; null if nothing speaks against it.</summary>
    /// <param name="state">The flight; null if there is none.</param>
    /// <param name="change">The change.</param>
    /// <param name="policy">The policy that it names; null if it names none, or none is known by that name.</param>
    public static ChangeAnswer? Objection(FlightState? state, ChangeMigration change, EffectivePolicy? policy)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (state is null)
            return new(ChangeResult.Unknown, $"there is no migration '{change.Id}'");
        if (Changing.Find(state, change.ChangeId) is { } known)
            return new(ChangeResult.Accepted, "it was taken before", known);
        if (state.HasEnded)
            return new(ChangeResult.AlreadyEnded, $"the migration has ended already: {state.Outcome}");
        if (state.Phase >= MigrationPhase.Settling)
            return new(ChangeResult.AlreadyEnded, "the migration's job is over; its end is about to be named");

        List<Refusal> reasons = [.. Values(change), .. Together(state, change, policy)];
        return reasons.Count == 0 ? null : new(ChangeResult.Refused, string.Join("; ", reasons.Select(reason => reason.Message)), Refusals: reasons);
    }

    private static IEnumerable<Refusal> Values(ChangeMigration change)
    {
        if (change.MaxDowntime is { } downtime && (downtime < TimeSpan.FromMilliseconds(1) || downtime > OptionRules.MaxDowntimeMax))
            yield return Bad($"max downtime {downtime.TotalMilliseconds:0} ms: QEMU takes 1 ms to {OptionRules.MaxDowntimeMax.TotalMilliseconds:0} ms");
        if (change.Bandwidth is { Count: < 1 << 20 } || change.PostCopyBandwidth is { Count: < 1 << 20 })
            yield return Bad("a bandwidth limit is at least 1 MiB/s, libvirt's unit");
        if (change.Throttle is { Value: < 0 or > 99 } throttle)
            yield return Bad($"throttle {throttle}: 0 % to 99 % are accepted, where 0 lifts it");
        if (change.StallingLimit is { } stalling && stalling <= TimeSpan.Zero)
            yield return Bad("the stalling limit must be longer than zero");
        if (change.PostCopy is false)
            yield return Bad("there is no way back from post-copy, and before it there is nothing to leave");
        if (change.Suspend is false)
            yield return Bad("libvirt lets no machine run again while it is migrated; it runs again when the migration has ended, on either host");
    }

    private static IEnumerable<Refusal> Together(FlightState state, ChangeMigration change, EffectivePolicy? policy)
    {
        if (Changing.InWords(change).Length == 0)
            yield return Bad("nothing is to be changed: give at least one parameter or a policy");
        if (change.Policy is { } named && policy is null)
            yield return new(RefusalCode.UnknownPolicy, $"there is no policy '{named}' (`mesh policy list` lists them)");
        if (change.ForceComplete && (change.PostCopy is not null || change.Suspend is not null))
            yield return new(RefusalCode.ConflictingOptions, "forcing the completion chooses between post-copy and suspending by itself");
        if (change is { PostCopy: true, Suspend: true })
            yield return new(RefusalCode.ConflictingOptions, "post-copy moves a running machine; suspend it or change over, not both");
        if (state.AbortWish is { } wish)
            yield return new(RefusalCode.Aborted, $"the migration is being aborted: {wish.Reason}");
    }

    private static Refusal Bad(string message) => new(RefusalCode.BadOption, message);
}
