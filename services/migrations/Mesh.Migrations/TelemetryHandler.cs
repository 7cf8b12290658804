using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>Handles what the hosts report about the VM and the copy.</summary>
internal static class TelemetryHandler
{
    public static void Handle(TransitionContext context, AgentEvent received)
    {
        // Events of a failed attempt are ignored, although its epoch is the newest until the next attempt begins.
        if (received.Epoch != context.State.Epoch || context.State.Phase == MigrationPhase.Queued)
            return;
        switch (received)
        {
            case JobEnded ended when context.State.JobEnd is null:
                ApplySample(context, ended.Sample);

                // A job that has ended had started, even if nothing else has reported that.
                context.State = context.State with
                {
                    StartedAt = context.State.StartedAt ?? context.Now,
                    JobEnd = new JobEnd(ended.Result, ended.Error, At: ended.At),
                    ReachedPostCopy = context.State.ReachedPostCopy || ended.UsedPostCopy,
                    Stalled = false,
                };
                break;
            case JobStalled stalled when context.State.JobEnd is null:
                context.State = context.State with { Stalled = true };
                context.Publish(new MigrationStalled
                {
                    StalledFor = stalled.StalledFor,
                });
                break;
            case LimitReached reached when context.State.JobEnd is null or { Result: JobResult.Cancelled }:
                var request = new AbortRequest(AbortCause.Limit, Describe(reached));
                context.State = context.State with { AbortRequest = context.State.AbortRequest ?? request, Reason = request.Reason };
                context.Publish(new MigrationLimitReached
                {
                    Limit = reached.Limit,
                    Value = reached.Value,
                });
                break;
        }
    }

    public static void Handle(TransitionContext context, ReportReceived report)
    {
        var isSource = report.Host == context.State.Source;
        if ((!isSource && report.Host != context.State.Destination) || context.State.Phase == MigrationPhase.Queued)
            return;
        var last = isSource ? context.State.SourceObservation : context.State.DestinationObservation;
        if (last is not null && !last.IsOlderThan(report.AgentEpoch, report.Sequence))
            return;

        context.State = context.State with { OnThirdHost = report.OnThirdHost };
        if (report.HypervisorReachable)
        {
            var observation = HostObservation.FromReport(report.Vm, report.AgentEpoch, report.Sequence, context.Now) with { ReportedAt = report.At };
            context.State = isSource
                ? context.State with
                {
                    SourceObservation = observation,
                    WasSeenMigrating = context.State.WasSeenMigrating || observation.Status is VmStatus.MigratingFrom,
                }
                : context.State with
                {
                    DestinationObservation = observation,
                    RanOnDestination = context.State.RanOnDestination || HasRunOnDestination(context.State, observation),
                };
        }

        if (isSource && report.Sample is { } sample && sample.Epoch == context.State.Epoch && context.State.JobEnd is null)
        {
            PostCopyRecoveryHandler.ObserveSample(context, sample);
            PolicyDriver.ObserveSample(context, sample);
            ApplySample(context, sample);
            PolicyDriver.ExecuteActions(context);
        }
    }

    // "Up" is reported for a VM that needs nothing from the source any more; before the job started it may be from another migration.
    private static bool HasRunOnDestination(MigrationState state, HostObservation observation) => state.StartedAt is not null && observation.Status is VmStatus.Up;

    private static void ApplySample(TransitionContext context, MigrationSample? sample)
    {
        if (sample is null)
            return;

        var percent = new Percent(Math.Clamp((int)((sample.Copy.Memory + sample.Copy.Disk).Fraction * 100), context.State.Progress.Value, 99));
        context.State = context.State with
        {
            Sample = sample,
            Progress = percent,
            StartedAt = context.State.StartedAt ?? context.Now,
            ReachedPostCopy = context.State.ReachedPostCopy || sample.Phase is JobPhase.PostCopy or JobPhase.PostCopyFailed,
        };
        if (context.State.Stalled && sample.Phase is JobPhase.PostCopy)
            context.State = context.State with { Stalled = false };
        if (ToMigrationPhase(sample.Phase) is { } phase && phase > context.State.Phase && context.State.Phase < MigrationPhase.Confirming)
            context.EnterPhase(phase, context.State.AbortRequest?.Reason ?? "");
        context.Publish(new MigrationProgressed
        {
            Progress = percent,
            Sample = sample,
            Forecast = context.State.Forecast,
        });
    }

    private static MigrationPhase? ToMigrationPhase(JobPhase phase) => phase switch
    {
        JobPhase.Setup or JobPhase.DiskCopy or JobPhase.PreCopy => MigrationPhase.PreCopy,
        JobPhase.SwitchOver => MigrationPhase.SwitchOver,
        JobPhase.PostCopy or JobPhase.PostCopyFailed => MigrationPhase.PostCopy,
        _ => null,
    };

    private static string Describe(LimitReached reached) => reached.Limit switch
    {
        HardLimit.AutonomyTimeout => $"not complete {reached.Value.TotalSeconds:0.#} s after the source's agent lost contact with the mesh (autonomy limit)",
        HardLimit.ProgressTimeout => $"no progress for {reached.Value.TotalSeconds:0.#} s (progress timeout)",
        HardLimit.CompletionTimeout => $"not complete after {reached.Value.TotalSeconds:0.#} s (completion timeout)",
        _ => $"{reached.Limit} of {reached.Value.TotalSeconds:0.#} s",
    };
}
