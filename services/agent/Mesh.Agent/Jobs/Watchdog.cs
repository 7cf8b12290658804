using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Holds a migration's limits against its telemetry. These are the limits that an agent keeps without the mesh, so nothing here
/// waits for, asks, or trusts anyone.
/// </summary>
internal static class Watchdog
{
    /// <summary>What has happened by now, and what to remember for the next time.</summary>
    /// <param name="watch">What was remembered.</param>
    /// <param name="sample">The newest telemetry, whether new or not; null before the first.</param>
    /// <param name="phase">What the job does.</param>
    /// <param name="limits">The limits as they are now.</param>
    /// <param name="dataSize">What the completion timeout per GiB counts.</param>
    /// <param name="now">The time.</param>
    public static (Watch Watch, IReadOnlyList<Finding> Findings) Look(
        Watch watch, MigrationSample? sample, JobPhase phase, MigrationLimits limits, Bytes dataSize, DateTimeOffset now)
    {
        var seen = See(watch, sample, phase, now);
        var findings = new List<Finding>();

        if (limits.StallingLimit is { } stalling && stalling > TimeSpan.Zero && now - Latest(seen.LowestAt, seen.StallToldAt) >= stalling)
        {
            findings.Add(new Finding.Stalled(now - seen.LowestAt));
            seen = seen with { StallToldAt = now };
        }

        // The machine runs on the destination, or is about to: what is missing there only this job can bring.
        if (JobPhases.IsPastReturn(phase))
            return (seen, findings);

        // QEMU answers no questions during its final pass, so that silence there is no sign of standing still.
        if (limits.ProgressTimeoutHeld is { } progress && phase is not JobPhase.SwitchOver && !seen.IsProgressLimitTold
            && now - seen.ProgressedAt >= progress)
        {
            findings.Add(new Finding.LimitPassed(HardLimit.ProgressTimeout, progress));
            seen = seen with { IsProgressLimitTold = true };
        }

        if (limits.CompletionTimeoutFor(dataSize) is { } completion && !seen.IsCompletionLimitTold && now - seen.StartedAt >= completion)
        {
            findings.Add(new Finding.LimitPassed(HardLimit.CompletionTimeout, completion));
            seen = seen with { IsCompletionLimitTold = true };
        }

        return (seen, findings);
    }

    private static Watch See(Watch watch, MigrationSample? sample, JobPhase phase, DateTimeOffset now)
    {
        if (sample is null)
            return watch;

        var (remaining, transferred) = ((sample.Memory + sample.Disk).Remaining, (sample.Memory + sample.Disk).Transferred);

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
                StallToldAt = DateTimeOffset.MinValue,
            };

        var progressed = remaining < watch.Remaining || transferred > watch.Transferred;
        var seen = watch with { Remaining = remaining, Transferred = transferred, ProgressedAt = progressed ? now : watch.ProgressedAt };
        return remaining < watch.Lowest ? seen with { Lowest = remaining, LowestAt = now, StallToldAt = DateTimeOffset.MinValue } : seen;
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
/// <param name="StallToldAt">When a stall was last told of; long ago if not since the last low.</param>
/// <param name="IsProgressLimitTold">Whether it was told that the progress timeout passed.</param>
/// <param name="IsCompletionLimitTold">Whether it was told that the completion timeout passed.</param>
internal sealed record Watch(
    DateTimeOffset StartedAt,
    JobPhase Phase,
    Bytes Remaining,
    Bytes Transferred,
    DateTimeOffset ProgressedAt,
    Bytes Lowest,
    DateTimeOffset LowestAt,
    DateTimeOffset StallToldAt,
    bool IsProgressLimitTold = false,
    bool IsCompletionLimitTold = false)
{
    /// <summary>
    /// A watch that begins now, over a job that was taken up then. A beginning that lies ahead is one by a clock that was set back since:
    /// the job counts as taken up now, so that no limit is longer than it says.
    /// </summary>
    public static Watch From(DateTimeOffset startedAt, DateTimeOffset now) =>
        new(startedAt < now ? startedAt : now, JobPhase.Setup, Bytes.Zero, Bytes.Zero, now, Bytes.Zero, now, DateTimeOffset.MinValue);
}

/// <summary>What a watchdog has found.</summary>
internal abstract record Finding
{
    /// <summary>No new low for the stalling limit.</summary>
    public sealed record Stalled(TimeSpan For) : Finding;

    /// <summary>A hard limit passed: the job is to be aborted.</summary>
    public sealed record LimitPassed(HardLimit Limit, TimeSpan Value) : Finding;
}
