using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>What the hosts say of the machine and of the copying.</summary>
internal static class Telemetry
{
    public static void Take(Turn turn, AgentEvent happened)
    {
        // An attempt that has failed has nothing more to say, though its epoch is the newest until the next one begins.
        if (happened.Epoch != turn.State.Epoch || turn.State.Phase == MigrationPhase.Queued)
            return;
        switch (happened)
        {
            case JobEnded ended when turn.State.JobEnd is null:
                TakeSample(turn, ended.Sample);

                // What has ended had begun, even where nothing else has said so.
                turn.State = turn.State with
                {
                    StartedAt = turn.State.StartedAt ?? turn.Now,
                    JobEnd = new JobEnd(ended.Result, ended.Error, At: ended.At),
                    ReachedPostCopy = turn.State.ReachedPostCopy || ended.ByPostCopy,
                    Stalled = false,
                };
                break;
            case JobStalled stalled when turn.State.JobEnd is null:
                turn.State = turn.State with { Stalled = true };
                turn.Tell(new MigrationStalled
                {
                    MigrationId = turn.State.Id,
                    VmName = turn.State.VmName(),
                    Source = turn.State.Source,
                    Destination = turn.Destination,
                    At = turn.Now,
                    StalledFor = stalled.StalledFor,
                });
                break;
            case LimitReached reached when turn.State.JobEnd is null or { Result: JobResult.Cancelled }:
                var wish = new AbortWish(AbortCause.Limit, InWords(reached));
                turn.State = turn.State with { AbortWish = turn.State.AbortWish ?? wish, Reason = wish.Reason };
                turn.Tell(new MigrationLimitReached
                {
                    MigrationId = turn.State.Id,
                    VmName = turn.State.VmName(),
                    Source = turn.State.Source,
                    Destination = turn.Destination,
                    At = turn.Now,
                    Limit = reached.Limit,
                    Value = reached.Value,
                });
                break;
        }
    }

    public static void Take(Turn turn, ReportReceived report)
    {
        var isSource = report.Host == turn.State.Source;
        if ((!isSource && report.Host != turn.State.Destination) || turn.State.Phase == MigrationPhase.Queued)
            return;
        var last = isSource ? turn.State.SourceWord : turn.State.DestinationWord;
        if (last is not null && !last.IsOlderThan(report.AgentEpoch, report.Sequence))
            return;

        turn.State = turn.State with { Elsewhere = report.Elsewhere };
        if (report.HypervisorReachable)
        {
            var word = new HostWord(
                report.Vm?.Status ?? VmStatus.Down, report.Vm?.Detail ?? "not known there", report.AgentEpoch, report.Sequence, turn.Now)
            { SaidAt = report.At };
            turn.State = isSource
                ? turn.State with { SourceWord = word, WasSeenMigrating = turn.State.WasSeenMigrating || word.Status is VmStatus.MigratingFrom }
                : turn.State with { DestinationWord = word, HadArrived = turn.State.HadArrived || HasArrived(turn.State, word) };
        }

        if (isSource && report.Sample is { } sample && sample.Epoch == turn.State.Epoch && turn.State.JobEnd is null)
        {
            Recovering.See(turn, sample);
            Steering.See(turn, sample);
            TakeSample(turn, sample);
            Steering.Act(turn);
        }
    }

    // "Up" is said of a machine that needs nothing of the source any more; before the job began it may be another's.
    private static bool HasArrived(FlightState state, HostWord word) => state.StartedAt is not null && word.Status is VmStatus.Up;

    private static void TakeSample(Turn turn, MigrationSample? sample)
    {
        if (sample is null)
            return;

        var percent = new Percent(Math.Clamp((int)((sample.Memory + sample.Disk).Fraction * 100), turn.State.Progress.Value, 99));
        turn.State = turn.State with
        {
            Sample = sample,
            Progress = percent,
            StartedAt = turn.State.StartedAt ?? turn.Now,
            ReachedPostCopy = turn.State.ReachedPostCopy || sample.Phase is JobPhase.PostCopy or JobPhase.PostCopyFailed,
        };
        if (turn.State.Stalled && sample.Phase is JobPhase.PostCopy)
            turn.State = turn.State with { Stalled = false };
        if (PhaseOf(sample.Phase) is { } phase && phase > turn.State.Phase && turn.State.Phase < MigrationPhase.Settling)
            turn.Enter(phase, turn.State.AbortWish?.Reason ?? "");
        turn.Tell(new MigrationProgressed
        {
            MigrationId = turn.State.Id,
            VmName = turn.State.VmName(),
            Source = turn.State.Source,
            Destination = turn.Destination,
            At = turn.Now,
            Progress = percent,
            Sample = sample,
            Forecast = turn.State.Forecast,
        });
    }

    private static MigrationPhase? PhaseOf(JobPhase phase) => phase switch
    {
        JobPhase.Setup or JobPhase.DiskCopy or JobPhase.PreCopy => MigrationPhase.PreCopy,
        JobPhase.SwitchOver => MigrationPhase.SwitchOver,
        JobPhase.PostCopy or JobPhase.PostCopyFailed => MigrationPhase.PostCopy,
        _ => null,
    };

    private static string InWords(LimitReached reached) => reached.Limit switch
    {
        HardLimit.ProgressTimeout => $"nothing more was copied for {reached.Value.TotalSeconds:0.#} s (progress timeout)",
        HardLimit.CompletionTimeout => $"not complete after {reached.Value.TotalSeconds:0.#} s (completion timeout)",
        _ => $"{reached.Limit} of {reached.Value.TotalSeconds:0.#} s",
    };
}
