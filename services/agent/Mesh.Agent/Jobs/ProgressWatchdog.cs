using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Holds a migration's limits against its telemetry. These are the limits that an agent keeps without the mesh, so nothing here
/// waits for, asks, or trusts anyone.
/// </summary>
internal static class ProgressWatchdog
{
    /// <summary>What has happened by now, and what to remember for the next time.</summary>
    /// <param name="watch">What was remembered.</param>
    /// <param name="sample">The newest telemetry, whether new or not; null before the first.</param>
    /// <param name="phase">What the job does.</param>
    /// <param name="limits">The limits as they are now.</param>
    /// <param name="dataSize">What the completion timeout per GiB counts.</param>
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

        // The machine runs on the destination, or is about to: what is missing there only this job can bring.
        if (JobPhases.IsPastPointOfNoReturn(phase))
            return (updated, findings);

        // QEMU answers no questions during its final pass, so that silence there is no sign of standing still.
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

        // Each phase counts down from a height of its own: when the disks are done, memory is still all to go.
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

/// <summary>What the watchdog remembers of a migration.</summary>
/// <param name="StartedAt">When the job was taken up, by whichever process of the agent.</param>
/// <param name="Phase">The phase that the following is about.</param>
/// <param name="Remaining">What remained when last seen.</param>
/// <param name="Transferred">What had been sent when last seen.</param>
/// <param name="ProgressedAt">When less remained, or more had been sent, than before.</param>
/// <param name="Lowest">The least that has remained.</param>
/// <param name="LowestAt">When that was.</param>
/// <param name="StallReportedAt">When a stall was last told of; long ago if not since the last low.</param>
/// <param name="IsProgressLimitReported">Whether it was told that the progress timeout passed.</param>
/// <param name="IsCompletionLimitReported">Whether it was told that the completion timeout passed.</param>
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
    /// A watch that begins now, over a job that was taken up then. A beginning that lies ahead is one by a clock that was set back since:
    /// the job counts as taken up now, so that no limit is longer than it says.
    /// </summary>
    public static WatchdogState Start(DateTimeOffset startedAt, DateTimeOffset now) =>
        new(startedAt < now ? startedAt : now, JobPhase.Setup, Bytes.Zero, Bytes.Zero, now, Bytes.Zero, now, DateTimeOffset.MinValue);
}

/// <summary>What a watchdog has found.</summary>
internal abstract record WatchdogFinding
{
    /// <summary>No new low for the stalling limit.</summary>
    public sealed record Stalled(TimeSpan For) : WatchdogFinding;

    /// <summary>A hard limit passed: the job is to be aborted.</summary>
    public sealed record LimitExceeded(HardLimit Limit, TimeSpan Value) : WatchdogFinding;
}
