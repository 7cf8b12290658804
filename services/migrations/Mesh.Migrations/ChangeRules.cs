using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Hypervisor;

namespace Mesh.Migrations;

/// <summary>What speaks against a change before anything is done: every reason at once.</summary>
public static class ChangeRules
{
    /// <summary>The answer to a change that cannot be taken; null if nothing speaks against it.</summary>
    /// <param name="state">The flight; null if there is none.</param>
    /// <param name="change">The change.</param>
    /// <param name="policy">The policy that it names; null if it names none, or none is known by that name.</param>
    public static ChangeAnswer? Validate(MigrationState? state, ChangeMigration change, EffectivePolicy? policy)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (state is null)
            return new(ChangeResult.NotFound, $"there is no migration '{change.Id}'");
        if (ChangeHandler.FindChange(state, change.ChangeId) is { } known)
            return new(ChangeResult.Accepted, "it was taken before", known);
        if (state.HasEnded)
            return new(ChangeResult.AlreadyEnded, $"the migration has ended already: {state.Outcome}");
        if (state.Phase >= MigrationPhase.Confirming)
            return new(ChangeResult.AlreadyEnded, "the migration's job is over; its end is about to be named");

        List<Refusal> reasons = [.. CheckValues(change).OfType<Refusal>(), .. CheckCombination(state, change, policy)];
        return reasons.Count == 0 ? null : new(ChangeResult.Refused, string.Join("; ", reasons.Select(reason => reason.Message)), Refusals: reasons);
    }

    private static IEnumerable<Refusal?> CheckValues(ChangeMigration change)
    {
        yield return MigrationOptionsValidator.CheckDowntime(change.MaxDowntime);
        yield return MigrationOptionsValidator.CheckBandwidth(change.Bandwidth, change.PostCopyBandwidth);
        yield return MigrationOptionsValidator.CheckThrottle(change.Throttle);
        yield return MigrationOptionsValidator.CheckStallingLimit(change.StallingLimit);
        if (change.PostCopy is false)
            yield return BadOption("there is no way back from post-copy, and before it there is nothing to leave");
        if (change.Suspend is false)
            yield return BadOption("libvirt lets no machine run again while it is migrated; it runs again when the migration has ended, on either host");
    }

    private static IEnumerable<Refusal> CheckCombination(MigrationState state, ChangeMigration change, EffectivePolicy? policy)
    {
        if (ChangeHandler.Describe(change).Length == 0)
            yield return BadOption("nothing is to be changed: give at least one parameter or a policy");
        if (change.Policy is { } named && policy is null)
            yield return new(RefusalCode.UnknownPolicy, $"there is no policy '{named}' (`mesh policy list` lists them)");
        if (change.ForceComplete && (change.PostCopy is not null || change.Suspend is not null))
            yield return new(RefusalCode.ConflictingOptions, "forcing the completion chooses between post-copy and suspending by itself");
        if (change is { PostCopy: true, Suspend: true })
            yield return new(RefusalCode.ConflictingOptions, "post-copy moves a running machine; suspend it or change over, not both");
        if (state.AbortRequest is { } request)
            yield return new(RefusalCode.Aborted, $"the migration is being aborted: {request.Reason}");
    }

    private static Refusal BadOption(string message) => new(RefusalCode.InvalidOption, message);
}
