using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Migrations;

/// <summary>Validates an admission, a dismissal or a rescheduling before anything is done.</summary>
public static class AdmissionRules
{
    /// <summary>The answer to an admission that changes nothing: not accepted, or already accepted; null if it is valid.</summary>
    /// <param name="state">The migration; null if there is none.</param>
    /// <param name="admission">The admission.</param>
    /// <param name="vm">The VM as it is described now; null if no host reports it.</param>
    /// <param name="destination">What is known about the destination now.</param>
    /// <param name="now">The time by the mesh's clock.</param>
    public static AdmissionAnswer? Validate(MigrationState? state, AdmitMigration admission, LocatedVm? vm, DestinationFacts destination, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(admission);
        if (CheckAttempt(state, admission.Id, admission.Attempt) is { } passed)
            return passed;
        if (state!.Phase != MigrationPhase.Queued)
            return CheckStarted(state, admission);
        if (state.Preferences.AllowedHosts is { Count: > 0 } allowed && !allowed.Contains(admission.Destination))
            return new(false, $"{admission.Destination} is no longer an allowed destination for {state.VmName()}: only {string.Join(" or ", allowed)}");
        if (CheckPostCopyCounted(state, admission) is { } uncounted)
            return uncounted;
        if (vm is null)
            return new(false, $"no host reports {state.VmName()} any more");
        if (admission.Source is { } source && source != vm.Host)
            return new(false, $"{state.VmName()} is no longer on {source} but on {vm.Host}");
        List<Refusal> reasons = [.. VmMigratability.CheckState(vm), .. MigrationEligibility.CheckAdmission(destination, vm, now)];
        return reasons.Count == 0 ? null : new(false, string.Join("; ", reasons.Select(reason => reason.Message)));
    }

    /// <summary>The answer to a dismissal that changes nothing; null if it is valid.</summary>
    public static AdmissionAnswer? Validate(MigrationState? state, RejectMigration dismissal)
    {
        ArgumentNullException.ThrowIfNull(dismissal);
        return CheckAttempt(state, dismissal.Id, dismissal.Attempt)
            ?? (state!.Phase == MigrationPhase.Queued ? null : new(false, $"it is no longer queued: it is {state.Phase}"));
    }

    /// <summary>The answer to a rescheduling that is not accepted; null if it is valid.</summary>
    public static RescheduleAnswer? Validate(MigrationState? state, RescheduleMigration request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (state is null)
            return new(ChangeResult.NotFound, $"there is no migration '{request.Id}'", []);
        if (state.HasEnded)
            return new(ChangeResult.AlreadyEnded, $"the migration has already ended: {state.Outcome}", []);
        if (state.Phase != MigrationPhase.Queued)
            return new(
                ChangeResult.Refused, $"{state.VmName()} is already migrating to {state.Destination} ({state.Phase}); only queued migrations can be rescheduled", []);
        if (request is { Priority: null, To: null, ToAny: false, Preferred: null })
            return new(ChangeResult.Refused, "nothing to change: give a priority or a destination", []);
        return request is { To: not null, ToAny: true }
            ? new(ChangeResult.Refused, "one destination and any destination are mutually exclusive", [])
            : null;
    }

    private static AdmissionAnswer? CheckAttempt(MigrationState? state, MigrationId id, int attempt) => state switch
    {
        null => new(false, $"there is no migration '{id}'"),
        { HasEnded: true } => new(false, $"the migration has already ended: {state.Outcome}"),
        _ when state.Attempt != attempt => new(false, $"stale attempt {attempt}: the migration is at attempt {state.Attempt}"),
        _ => null,
    };

    // Its policy was replaced after the scheduling pass had read it; the next pass counts it correctly.
    private static AdmissionAnswer? CheckPostCopyCounted(MigrationState state, AdmitMigration admission) =>
        admission is { MayTransfer: true, PostCopy: false } && state.Options.PostCopy
        ? new(false, $"{state.VmName()} may switch to post-copy now, and was admitted as a migration that may not")
        : null;

    private static AdmissionAnswer? CheckStarted(MigrationState state, AdmitMigration admission)
    {
        if (state.Destination != admission.Destination)
            return new(false, $"it is already migrating to {state.Destination}");
        if (!state.MayTransfer && CheckPostCopyCounted(state, admission) is { } uncounted)
            return uncounted;
        var isChange = admission.MayTransfer && (!state.MayTransfer || (admission.Bandwidth is { } share && share != state.Share));
        return isChange && state.Phase <= MigrationPhase.PreCopy ? null : new(true);
    }
}
