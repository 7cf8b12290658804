using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Hypervisor;
using Mesh.Policy;

namespace Mesh.Migrations;

/// <summary>Validates a change before anything is done, and gives every reason against it at once.</summary>
public static class ChangeRules
{
    /// <summary>The answer to a change that is not accepted; null if it is valid.</summary>
    /// <param name="state">The migration; null if there is none.</param>
    /// <param name="change">The change.</param>
    /// <param name="policy">The policy that it names; null if it names none, or there is no policy of that name.</param>
    public static ChangeAnswer? Validate(MigrationState? state, ChangeMigration change, EffectivePolicy? policy)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (state is null)
            return new(ChangeResult.NotFound, $"there is no migration '{change.Id}'");
        if (ChangeHandler.FindChange(state, change.ChangeId) is { } known)
            return new(ChangeResult.Accepted, "already accepted", known);
        if (state.HasEnded)
            return new(ChangeResult.AlreadyEnded, $"the migration has already ended: {state.Outcome}");
        if (state.Phase >= MigrationPhase.Confirming)
            return new(ChangeResult.AlreadyEnded, "the migration's job has ended; waiting for both hosts to confirm the outcome");

        List<Refusal> reasons = [.. CheckValues(change).OfType<Refusal>(), .. CheckCombination(state, change, policy)];
        return reasons.Count == 0 ? null : new(ChangeResult.Refused, string.Join("; ", reasons.Select(reason => reason.Message)), Refusals: reasons);
    }

    private static IEnumerable<Refusal?> CheckValues(ChangeMigration change)
    {
        var set = change.Parameters;
        yield return MigrationOptionsValidator.CheckDowntime(set.MaxDowntime);
        yield return MigrationOptionsValidator.CheckBandwidth(set.Bandwidth, set.PostCopyBandwidth);
        yield return MigrationOptionsValidator.CheckThrottle(set.Throttle);
        yield return MigrationOptionsValidator.CheckStallingLimit(set.StallingLimit);
        if (set.PostCopy is false)
            yield return BadOption("a migration cannot return from post-copy to pre-copy");
        if (set.Suspend is false)
            yield return BadOption("libvirt cannot resume a VM while it is being migrated; it runs again when the migration has ended, on either host");
    }

    private static IEnumerable<Refusal> CheckCombination(MigrationState state, ChangeMigration change, EffectivePolicy? policy)
    {
        if (ChangeHandler.Describe(change).Length == 0)
            yield return BadOption("nothing to change: give at least one parameter or a policy");
        if (change.Policy is { } named && policy is null)
            yield return new(RefusalCode.UnknownPolicy, $"there is no policy '{named}' (`mesh policy list` lists them)");
        if (change.ForceComplete && (change.Parameters.PostCopy is not null || change.Parameters.Suspend is not null))
            yield return new(RefusalCode.ConflictingOptions, "forcing completion chooses between post-copy and suspending by itself");
        if (change.Parameters is { PostCopy: true, Suspend: true })
            yield return new(RefusalCode.ConflictingOptions, "post-copy moves a running VM: suspend it or switch to post-copy, not both");
        var isSuspended = change.Parameters.Suspend is true || (change.ForceComplete && !state.Options.PostCopy);
        if (state.Phase < MigrationPhase.PreCopy && (change.ForceComplete || change.Parameters.Suspend is true))
            yield return new(RefusalCode.NotCopying, $"{DescribePhase(state)}: nothing is copied yet, and {state.VmName()} would be stopped for the whole copy");
        else if (state.Phase == MigrationPhase.PostCopy && (change.ForceComplete || change.Parameters is { Suspend: true } or { PostCopy: true }))
            yield return new(
                RefusalCode.AlreadyInPostCopy, $"{state.VmName()} already runs on {state.Destination}; the migration completes by itself when the rest of its memory has arrived");
        else if (isSuspended && state.Plan is { } plan && PolicyEngine.FindSuspendProblem(plan, plan.UpdatedAt) is { } problem)
            yield return new(RefusalCode.CannotFinishInTime, problem);
        if (state.AbortRequest is { } request)
            yield return new(RefusalCode.Aborted, $"the migration is being aborted: {request.Reason}");
    }

    private static string DescribePhase(MigrationState state) => state.Phase switch
    {
        MigrationPhase.Queued => "the migration is queued",
        MigrationPhase.Preparing => $"{state.Destination} is preparing",
        MigrationPhase.Ready => $"{state.Destination} is ready, and the migration waits for its turn to copy",
        _ => $"{state.Source} is about to start the copy",
    };

    private static Refusal BadOption(string message) => new(RefusalCode.InvalidOption, message);
}
