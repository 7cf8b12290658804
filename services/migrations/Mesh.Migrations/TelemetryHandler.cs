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
        if (AgentMessageRules.FindProblem(context.State, received) is { } problem)
        {
            context.Ignore(received.Host, received, problem);
            return;
        }

        switch (received)
        {
            case JobEnded ended when context.State.JobEnd is null:
                ApplySample(context, AgentMessageRules.IsOwn(context.State, ended.Sample) ? ended.Sample : null);

                // A job that has ended had started, even if nothing else has reported that.
                context.State = context.State with
                {
                    StartedAt = context.State.StartedAt ?? context.Now,
                    ReachedPostCopy = context.State.ReachedPostCopy || ended.UsedPostCopy,
                    ContradictedJobEnd = null,
                    Stalled = false,
                };
                CompletionPhase.SetJobEnd(context, new JobEnd(ended.Result, ended.Error, At: ended.At, GuestStopped: ended.GuestStopped));
                break;
            case JobStalled stalled when context.State.JobEnd is null:
                context.State = context.State with { Stalled = true };
                context.Publish(new MigrationStalled
                {
                    StalledFor = stalled.StalledFor,
                });
                PolicyDriver.ObserveStall(context, stalled.StalledFor);
                break;
            case LimitReached reached when context.State.JobEnd is null or { Result: JobResult.Cancelled }:
                var request = new AbortRequest(AbortCause.Limit, Describe(reached));

                // Until the job has ended it is controlled as before: the source may be wrong, or fail to abort it.
                context.State = context.State with
                {
                    ReachedLimit = context.State.ReachedLimit ?? request,
                    AbortRequest = context.State.AbortRequest ?? (context.State.JobEnd is null ? null : request),
                    Reason = request.Reason,
                };
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
        if ((!isSource && report.Host != context.State.Destination) || (context.State.Phase == MigrationPhase.Queued && !GuestStops.ConcernsQueued(context.State, report)))
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

        if (!isSource || context.State.Phase == MigrationPhase.Queued)
            return;
        CompareWithJobEnd(context, report);
        if (report.Sample is { } sample && AgentMessageRules.IsOwn(context.State, sample) && context.State.JobEnd is null)
        {
            PostCopyRecoveryHandler.ObserveSample(context, sample);
            PolicyDriver.ObserveSample(context, sample);
            ApplySample(context, sample);
            PolicyDriver.ExecuteActions(context);
        }
    }

    /// <summary>
    /// A job that goes on being reported has not ended, whoever said so. An event may also have overtaken the last report of the running
    /// job, taken while it ended: then the next report does not repeat it, and the end counts.
    /// </summary>
    private static void CompareWithJobEnd(TransitionContext context, ReportReceived report)
    {
        var state = context.State;
        var isCopying = report is { Vm.Status: VmStatus.MigratingFrom, Sample: { Phase: not JobPhase.Completed } live } && AgentMessageRules.IsOwn(state, live);
        switch (state)
        {
            case { JobEnd: { HadStarted: true } end, Phase: MigrationPhase.Confirming or MigrationPhase.CleaningUp }
                when isCopying && state.SourceObservation!.IsReportedAfter(end.At) && report.At != end.At:
                context.State = state with
                {
                    JobEnd = null,
                    ContradictedJobEnd = end,
                    AbortRequest = state.AbortRequest == state.ReachedLimit ? null : state.AbortRequest,
                    PendingLocation = null,
                    CleanedUpAt = null,
                    Outstanding = [.. state.Outstanding.Where(command => command.Command is not (CleanUpIncoming or ResumeOnSource or DestroyOrphan))],
                };
                context.EnterPhase(ToMigrationPhase(report.Sample!.Phase) ?? MigrationPhase.PreCopy, $"the end of the job was reported, but {report.Host} reports that it still copies");
                AbortHandler.RepeatAbort(context);
                break;
            case { ContradictedJobEnd: not null } when isCopying:
                context.State = state with { ContradictedJobEnd = null };
                break;
            case { ContradictedJobEnd: { } end, JobEnd: null } when report is { HypervisorReachable: true, Vm: not { Status: VmStatus.MigratingFrom } }:
                context.State = state with { ContradictedJobEnd = null };
                CompletionPhase.SetJobEnd(context, end);
                break;
        }
    }

    // "Up" is reported for a VM that needs nothing from the source any more; before the job started it may be from another migration.
    private static bool HasRunOnDestination(MigrationState state, HostObservation observation) => state.StartedAt is not null && observation.Status is VmStatus.Up;

    private static void ApplySample(TransitionContext context, MigrationSample? sample)
    {
        if (sample is null)
            return;

        var (remaining, isPaused) = (sample.Copy.Remaining, sample.Phase is JobPhase.SwitchOver or JobPhase.PostCopy);
        var percent = new Percent(Math.Clamp((int)((sample.Copy.Memory + sample.Copy.Disk).Fraction * 100), context.State.Progress.Value, 99));
        context.State = context.State with
        {
            Sample = sample,
            Progress = percent,
            StartedAt = context.State.StartedAt ?? context.Now,
            ReachedPostCopy = context.State.ReachedPostCopy || sample.Phase is JobPhase.PostCopy or JobPhase.PostCopyFailed,
            ParametersInForce = (context.State.ParametersInForce ?? new()) with
            {
                MaxDowntime = sample.DowntimeLimit ?? context.State.ParametersInForce?.MaxDowntime,
                Throttle = sample.Throttle,
            },
        };
        if (PolicyDriver.IsCopying(sample))
            context.State = context.State with
            {
                Stalled = context.State is { Stalled: true, LeastRemaining: { } least } && !isPaused && remaining >= least,
                LeastRemaining = remaining >= context.State.LeastRemaining ? context.State.LeastRemaining : remaining,
            };
        if (ToMigrationPhase(sample.Phase) is { } phase && phase > context.State.Phase && context.State.Phase < MigrationPhase.Confirming)
            context.EnterPhase(phase, context.State.AbortRequest?.Reason ?? "");
        context.Publish(new MigrationProgressed
        {
            Progress = percent,
            Sample = sample,
            Stalled = context.State.Stalled,
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
