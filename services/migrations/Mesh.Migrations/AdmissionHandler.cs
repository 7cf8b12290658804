using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Migrations;

/// <summary>Handles the scheduler's decisions about a queued migration.</summary>
internal static class AdmissionHandler
{
    private const string Scheduler = "scheduler";

    /// <summary>Begins the attempt that was queued.</summary>
    public static void BeginAttempt(TransitionContext context, AdmissionReceived received)
    {
        var (state, admission, vm) = (context.State, received.Admission, received.Vm);
        if (state.Phase != MigrationPhase.Queued || state.Attempt != admission.Attempt)
            return;
        context.State = state with
        {
            Destination = admission.Destination,
            Epoch = received.Epoch,
            Choice = admission.Placement,
            MayTransfer = admission.MayTransfer,
            Share = admission.Bandwidth,

            // The VM may have been changed, or migrated outside the mesh, while the migration was queued.
            Vm = vm.Vm,
            Source = vm.Host,
            SourceObservation = vm.Host == state.Source ? state.SourceObservation : null,
            DisksToCopy = CopiedDisks.Select(vm.Vm, state.Request.Options),
        };
        context.EnterPhase(MigrationPhase.Preparing, admission.Placement?.Reason ?? "");
        StartPhase.Prepare(context);
    }

    /// <summary>Lets it copy, or changes its share of the link while it does.</summary>
    public static void AllowTransfer(TransitionContext context, BytesPerSecond? share)
    {
        if (context.State.Phase is < MigrationPhase.Preparing or > MigrationPhase.PreCopy)
            return;
        var before = context.State.Share;
        context.State = context.State with { MayTransfer = true, Share = share ?? before };
        if (context.State.Phase == MigrationPhase.Ready)
            StartPhase.Start(context);
        else if (context.State is { Phase: MigrationPhase.Starting or MigrationPhase.PreCopy, AbortRequest: null, Share: { } changed }
            && changed != before && IsOnlyShared(context.State, before))
            ChangeHandler.SendInternal(context, ChangeOrigin.Scheduler, Scheduler, "its share of the link", new MigrationParameters { Bandwidth = changed });
    }

    // The policy may have set a limit since: then the last limit is not the share.
    private static bool IsOnlyShared(MigrationState state, BytesPerSecond? share) =>
        (state.Options.Bandwidth ?? state.OperatorOverrides.Bandwidth) is null && (state.Plan?.Tuning.Bandwidth == share || state.Plan?.Tuning.Bandwidth == PolicyDriver.Unlimited);

    /// <summary>Ends a migration without a possible destination.</summary>
    public static void Dismiss(TransitionContext context, IReadOnlyList<Refusal> refusals)
    {
        if (context.State.Phase != MigrationPhase.Queued)
            return;
        context.State = context.State with { Refusals = refusals };
        var reasons = string.Join("; ", refusals.Select(refusal => refusal.Message));
        if (RetryPolicy.HasAttempted(context.State))
            context.End(MigrationOutcome.Failed, $"{context.State.FailedAttempts[^1].Failure}; no other host can take the VM: {reasons}");
        else
            context.End(MigrationOutcome.Refused, reasons);
    }

    /// <summary>Changes the priority or the allowed hosts.</summary>
    public static void Reschedule(TransitionContext context, RescheduleMigration request)
    {
        var state = context.State;
        if (AdmissionRules.Validate(state, request) is not null)
            return;
        var id = ChangeHandler.NextChangeId(context);
        context.State = state with
        {
            // Numbered like a command, so that no other change has the same identity.
            CommandsSent = state.CommandsSent + 1,
            Preferences = new SchedulingPreferences(
                request.Priority ?? state.Preferences.Priority,
                request.ToAny ? [] : request.To is null ? state.Preferences.AllowedHosts : SchedulingPreferences.CombineHosts(request.To, request.Alternatives),
                request.Preferred ?? (request.ToAny || request.To is not null ? null : state.Preferences.Preferred)),
        };
        ChangeHandler.Record(context, new MigrationChange(id, ChangeOrigin.Operator, request.RequestedBy, "", Describe(request), context.Now));
    }

    private static string Describe(RescheduleMigration request)
    {
        List<string> parts = [];
        if (request.Priority is { } priority)
            parts.Add($"priority {priority}");
        if (request.ToAny)
            parts.Add("to any host");
        if (request.To is not null)
            parts.Add($"to {string.Join(", or to ", SchedulingPreferences.CombineHosts(request.To, request.Alternatives))}");
        if (request.Preferred is { } preferred)
            parts.Add($"preferably to {preferred}");
        return string.Join(", ", parts);
    }
}
