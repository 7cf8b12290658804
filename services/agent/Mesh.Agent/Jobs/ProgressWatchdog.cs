using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Checks a migration's telemetry against its limits, and detects stalls. The agent enforces these limits without the mesh, so nothing here
/// waits for anyone.
/// </summary>
internal static class ProgressWatchdog
{
    /// <summary>The findings, and the state for the next check.</summary>
    /// <param name="watch">The state after the last check.</param>
    /// <param name="sample">The latest telemetry, whether new or not; null before the first.</param>
    /// <param name="phase">The job's phase.</param>
    /// <param name="limits">The limits in force.</param>
    /// <param name="dataSize">The size that the completion timeout per GiB applies to.</param>
    /// <param name="now">The time.</param>
    public static (WatchdogState Watch, IReadOnlyList<WatchdogFinding> Findings) Check(
        WatchdogState watch, MigrationSample? sample, JobPhase phase, MigrationLimits limits, Bytes dataSize, DateTimeOffset now)
    {
        var updated = Observe(watch, sample, phase, now);
        var findings = new List<WatchdogFinding>();

        if (limits.StallingLimit is { } stalling && stalling > TimeSpan.Zero && now - Latest(updated.LowestAt, updated.StallReportedAt) >= stalling)
        {
            findings.Add(new WatchdogFinding.Stalled(now - updated.LowestAt));
            updated = updated with { StallReportedAt = now };
        }

        // The VM runs on the destination: only this job can deliver the rest of its memory.
        if (JobPhases.IsPastPointOfNoReturn(phase))
            return (updated, findings);

        // QEMU does not respond during its final pass, so missing progress there does not mean that it is stuck.
        if (limits.EffectiveProgressTimeout is { } progress && phase is not JobPhase.SwitchOver && !updated.IsProgressLimitReported
            && now - updated.ProgressedAt >= progress)
        {
            findings.Add(new WatchdogFinding.LimitExceeded(HardLimit.ProgressTimeout, progress));
            updated = updated with { IsProgressLimitReported = true };
        }

        if (limits.CompletionTimeoutFor(dataSize) is { } completion && !updated.IsCompletionLimitReported && now - updated.StartedAt >= completion)
        {
            findings.Add(new WatchdogFinding.LimitExceeded(HardLimit.CompletionTimeout, completion));
            updated = updated with { IsCompletionLimitReported = true };
        }

        return (updated, findings);
    }

    private static WatchdogState Observe(WatchdogState watch, MigrationSample? sample, JobPhase phase, DateTimeOffset now)
    {
        if (sample is null)
            return watch;

        var (remaining, transferred) = (sample.Copy.Remaining, sample.Copy.Transferred);

        // Each phase has its own amount to copy: when the disks are done, all memory still remains.
        if (phase != watch.Phase)
            return watch with
            {
                Phase = phase,
                Remaining = remaining,
                Transferred = transferred,
                ProgressedAt = now,
                Lowest = remaining,
                LowestAt = now,
                StallReportedAt = DateTimeOffset.MinValue,
            };

        var progressed = remaining < watch.Remaining || transferred > watch.Transferred;
        var updated = watch with { Remaining = remaining, Transferred = transferred, ProgressedAt = progressed ? now : watch.ProgressedAt };
        return remaining < watch.Lowest ? updated with { Lowest = remaining, LowestAt = now, StallReportedAt = DateTimeOffset.MinValue } : updated;
    }

    private static DateTimeOffset Latest(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;
}

/// <summary>The watchdog's state for one migration.</summary>
/// <param name="StartedAt">When the job started, under this agent process or an earlier one.</param>
/// <param name="Phase">The phase that the following values belong to.</param>
/// <param name="Remaining">Data remaining at the last check.</param>
/// <param name="Transferred">Data transferred at the last check.</param>
/// <param name="ProgressedAt">When either of them last progressed.</param>
/// <param name="Lowest">The lowest amount remaining so far.</param>
/// <param name="LowestAt">When that was reached.</param>
/// <param name="StallReportedAt">When a stall was last reported; the minimum if none was since <paramref name="LowestAt"/>.</param>
/// <param name="IsProgressLimitReported">The progress timeout was reported.</param>
/// <param name="IsCompletionLimitReported">The completion timeout was reported.</param>
internal sealed record WatchdogState(
    DateTimeOffset StartedAt,
    JobPhase Phase,
    Bytes Remaining,
    Bytes Transferred,
    DateTimeOffset ProgressedAt,
    Bytes Lowest,
    DateTimeOffset LowestAt,
    DateTimeOffset StallReportedAt,
    bool IsProgressLimitReported = false,
    bool IsCompletionLimitReported = false)
{
    /// <summary>
    /// The state at the start of monitoring. A job that started in the future did so before the clock was set back: it is taken to start
    /// now, so that no limit is extended.
    /// </summary>
    public static WatchdogState Start(DateTimeOffset startedAt, DateTimeOffset now) =>
        new(startedAt < now ? startedAt : now, JobPhase.Setup, Bytes.Zero, Bytes.Zero, now, Bytes.Zero, now, DateTimeOffset.MinValue);
}

internal abstract record WatchdogFinding
{
    /// <summary>The amount remaining reached no new low for the stalling limit.</summary>
    public sealed record Stalled(TimeSpan For) : WatchdogFinding;

    /// <summary>A hard limit was exceeded: the job is to be aborted.</summary>
    public sealed record LimitExceeded(HardLimit Limit, TimeSpan Value) : WatchdogFinding;
}
