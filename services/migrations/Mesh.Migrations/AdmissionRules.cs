using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Migrations;

/// <summary>What speaks against an admission, a dismissal or a wish to reschedule before anything is done.</summary>
public static class AdmissionRules
{
    /// <summary>The answer to an admission that changes nothing: not taken, or taken before; null if it is to be applied.</summary>
    /// <param name="state">The flight; null if there is none.</param>
    /// <param name="admission">The admission.</param>
    /// <param name="vm">The machine as it is described now; null if no host describes it.</param>
    /// <param name="destination">What is known of the destination now.</param>
    /// <param name="now">The mesh's time.</param>
    public static AdmissionAnswer? Validate(MigrationState? state, AdmitMigration admission, LocatedVm? vm, DestinationFacts destination, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(admission);
        if (CheckAttempt(state, admission.Id, admission.Attempt) is { } passed)
            return passed;
        if (state!.Phase != MigrationPhase.Queued)
            return CheckStarted(state, admission);
        if (state.Preferences.AllowedHosts is { Count: > 0 } allowed && !allowed.Contains(admission.Destination))
            return new(false, $"{admission.Destination} may not take {state.VmName()} any more: only {string.Join(" or ", allowed)} may");
        if (CheckPostCopyCounted(state, admission) is { } uncounted)
            return uncounted;
        if (vm is null)
            return new(false, $"no host describes {state.VmName()} any more");
        if (admission.Source is { } source && source != vm.Host)
            return new(false, $"{state.VmName()} is not on {source} any more, but on {vm.Host}");
        List<Refusal> reasons = [.. VmMigratability.CheckState(vm), .. MigrationEligibility.CheckAdmission(destination, vm, now)];
        return reasons.Count == 0 ? null : new(false, string.Join("; ", reasons.Select(reason => reason.Message)));
    }

    /// <summary>The same for a dismissal.</summary>
    public static AdmissionAnswer? Validate(MigrationState? state, RejectMigration dismissal)
    {
        ArgumentNullException.ThrowIfNull(dismissal);
        return CheckAttempt(state, dismissal.Id, dismissal.Attempt)
            ?? (state!.Phase == MigrationPhase.Queued ? null : new(false, $"it does not wait any more: it is {state.Phase}"));
    }

    /// <summary>The same for a wish to reschedule.</summary>
    public static RescheduleAnswer? Validate(MigrationState? state, RescheduleMigration request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (state is null)
            return new(ChangeResult.NotFound, $"there is no migration '{request.Id}'", []);
        if (state.HasEnded)
            return new(ChangeResult.AlreadyEnded, $"the migration has ended already: {state.Outcome}", []);
        if (state.Phase != MigrationPhase.Queued)
            return new(ChangeResult.Refused, $"{state.VmName()} is on its way to {state.Destination} already ({state.Phase}); only what waits in the queue can be rescheduled", []);
        if (request is { Priority: null, To: null, ToAny: false, Preferred: null })
            return new(ChangeResult.Refused, "nothing is to be changed: give a priority or a destination", []);
        return request is { To: not null, ToAny: true }
            ? new(ChangeResult.Refused, "one destination and any destination exclude each other", [])
            : null;
    }

    private static AdmissionAnswer? CheckAttempt(MigrationState? state, MigrationId id, int attempt) => state switch
    {
        null => new(false, $"there is no migration '{id}'"),
        { HasEnded: true } => new(false, $"the migration has ended already: {state.Outcome}"),
        _ when state.Attempt != attempt => new(false, $"attempt {attempt} is meant, and it is at attempt {state.Attempt}"),
        _ => null,
    };

    // Its policy was exchanged after the turn had read it; the next turn counts it as it is now.
    private static AdmissionAnswer? CheckPostCopyCounted(MigrationState state, AdmitMigration admission) => admission is { MayTransfer: true, PostCopy: false } && state.Options.PostCopy
        ? new(false, $"{state.VmName()} may change over to post-copy by now, and is admitted as one that may not")
        : null;

    private static AdmissionAnswer? CheckStarted(MigrationState state, AdmitMigration admission)
    {
        if (state.Destination != admission.Destination)
            return new(false, $"it is on its way to {state.Destination} already");
        if (!state.MayTransfer && CheckPostCopyCounted(state, admission) is { } uncounted)
            return uncounted;
        var isChange = admission.MayTransfer && (!state.MayTransfer || (admission.Bandwidth is { } share && share != state.Share));
        return isChange && state.Phase <= MigrationPhase.PreCopy ? null : new(true);
    }
}
