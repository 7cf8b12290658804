using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Checks a migration's telemetry against its limits, and detects stalls. The agent enforces these limits without the mesh, so nothing here
/// waits for anyone. Progress is what brings the migration nearer to its end: a copy that only keeps sending what the VM keeps writing makes
/// none (VDSM's low mark; seed <c>ovirt-migration-enhancements</c>).
/// </summary>
internal static class ProgressWatchdog
{
    /// <summary>The findings, and the state for the next check.</summary>
    /// <param name="watch">The state after the last check.</param>
    /// <param name="sample">The latest telemetry, whether new or not; null before the first.</param>
    /// <param name="phase">The job's phase.</param>
    /// <param name="limits">The limits in force.</param>
    /// <param name="autonomy">The limit of a job without a completion timeout.</param>
    /// <param name="dataSize">The size that limits per GiB apply to.</param>
    /// <param name="now">The time.</param>
    public static (WatchdogState Watch, IReadOnlyList<WatchdogFinding> Findings) Check(
        WatchdogState watch, MigrationSample? sample, JobPhase phase, MigrationLimits limits, AutonomyLimit autonomy, Bytes dataSize, DateTimeOffset now)
    {
        var updated = Observe(watch, sample, phase, limits.Progress, now);
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

        if (updated.IsCompletionLimitReported)
            return (updated, findings);
        if (limits.CompletionTimeoutFor(dataSize) is not { } completion)
        {
            if (autonomy.For(dataSize) is var ceiling && autonomy.Elapsed >= ceiling)
                AddCompletionLimit(HardLimit.AutonomyTimeout, ceiling);
        }
        else if (now - updated.StartedAt >= completion)
        {
            AddCompletionLimit(HardLimit.CompletionTimeout, completion);
        }

        return (updated, findings);

        void AddCompletionLimit(HardLimit limit, TimeSpan value)
        {
            findings.Add(new WatchdogFinding.LimitExceeded(limit, value));
            updated = updated with { IsCompletionLimitReported = true };
        }
    }

    private static WatchdogState Observe(WatchdogState watch, MigrationSample? sample, JobPhase phase, ProgressMeasure? measure, DateTimeOffset now)
    {
        if (sample is null)
            return watch;

        var (remaining, transferred, pass) = (sample.Copy.Remaining, sample.Copy.Transferred, sample.Copy.Iteration);

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
                Pass = PassWatch.First(pass, remaining),
            };

        var next = watch.Pass.Observe(pass, remaining);
        var hasProgressed = measure switch
        {
            ProgressMeasure.Remaining => remaining < watch.Remaining,
            ProgressMeasure.RemainingOrTransferred => remaining < watch.Remaining || transferred > watch.Transferred,
            _ => remaining < watch.Lowest || (next.IsNearer && transferred > watch.Transferred),
        };
        var updated = watch with { Remaining = remaining, Transferred = transferred, ProgressedAt = hasProgressed ? now : watch.ProgressedAt, Pass = next };
        return remaining < watch.Lowest ? updated with { Lowest = remaining, LowestAt = now, StallReportedAt = DateTimeOffset.MinValue } : updated;
    }

    private static DateTimeOffset Latest(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;
}

/// <summary>How long a job without a completion timeout may run while the agent is on its own.</summary>
/// <param name="PerGiB">The time for each GiB of memory and copied disks, and at least one.</param>
/// <param name="Elapsed">How long it has run so.</param>
internal sealed record AutonomyLimit(TimeSpan PerGiB, TimeSpan Elapsed)
{
    /// <summary>The limit for an amount of data.</summary>
    public TimeSpan For(Bytes dataSize) => PerGiB * Math.Max(1, dataSize.Gibibytes);
}

/// <summary>
/// Whether the present pass over memory brings the copy nearer to its end: it began with less than any pass before. The amount that remains
/// falls to almost nothing in every pass, and rises again at its end by what the VM wrote meanwhile, so that in a long pass of a migration
/// that converges no new low of it may be reached for minutes (OpenStack Nova's progress timeout aborted such migrations and was removed).
/// </summary>
/// <param name="Number">The pass; 0 while memory is not being copied.</param>
/// <param name="LowestStart">The least that remained at the beginning of any pass.</param>
/// <param name="IsNearer">Whether this one began with it.</param>
internal sealed record PassWatch(long Number, Bytes LowestStart, bool IsNearer)
{
    /// <summary>The pass at the first sample of a phase.</summary>
    public static PassWatch First(long number, Bytes remaining) => new(number, remaining, IsNearer: number > 0);

    /// <summary>The state with one more sample.</summary>
    public PassWatch Observe(long number, Bytes remaining) =>
        number == Number ? this
        : Number == 0 ? First(number, remaining)
        : new PassWatch(number, remaining < LowestStart ? remaining : LowestStart, remaining < LowestStart);
}

/// <summary>The watchdog's state for one migration.</summary>
/// <param name="StartedAt">When the job started, under this agent process or an earlier one.</param>
/// <param name="Phase">The phase that the following values belong to.</param>
/// <param name="Remaining">Data remaining at the last check.</param>
/// <param name="Transferred">Data transferred at the last check.</param>
/// <param name="ProgressedAt">When the copy last progressed.</param>
/// <param name="Lowest">The lowest amount remaining so far.</param>
/// <param name="LowestAt">When that was reached.</param>
/// <param name="StallReportedAt">When a stall was last reported; the minimum if none was since <paramref name="LowestAt"/>.</param>
/// <param name="Pass">The present pass over memory.</param>
/// <param name="IsProgressLimitReported">The progress timeout was reported.</param>
/// <param name="IsCompletionLimitReported">The completion timeout, or the one in its place, was reported.</param>
internal sealed record WatchdogState(
    DateTimeOffset StartedAt,
    JobPhase Phase,
    Bytes Remaining,
    Bytes Transferred,
    DateTimeOffset ProgressedAt,
    Bytes Lowest,
    DateTimeOffset LowestAt,
    DateTimeOffset StallReportedAt,
    PassWatch Pass,
    bool IsProgressLimitReported = false,
    bool IsCompletionLimitReported = false)
{
    /// <summary>
    /// The state at the start of monitoring. A job that started in the future did so before the clock was set back: it is taken to start
    /// now, so that no limit is extended.
    /// </summary>
    public static WatchdogState Start(DateTimeOffset startedAt, DateTimeOffset now) =>
        new(startedAt < now ? startedAt : now, JobPhase.Setup, Bytes.Zero, Bytes.Zero, now, Bytes.Zero, now, DateTimeOffset.MinValue, PassWatch.First(0, Bytes.Zero));
}

internal abstract record WatchdogFinding
{
    /// <summary>The amount remaining reached no new low for the stalling limit.</summary>
    public sealed record Stalled(TimeSpan For) : WatchdogFinding;

    /// <summary>A hard limit was exceeded: the job is to be aborted.</summary>
    public sealed record LimitExceeded(HardLimit Limit, TimeSpan Value) : WatchdogFinding;
}
