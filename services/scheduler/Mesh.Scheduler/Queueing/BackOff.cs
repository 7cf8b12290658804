using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Queueing;

/// <summary>The pause before another attempt.</summary>
public static class BackOff
{
    // 2^30 times the shortest pause is longer than any that is meant.
    private const int DoublingsMax = 30;

    /// <summary>
    /// When the next attempt may begin: <see cref="SchedulingLimits.BackoffInitial"/> after the newest failure, twice as long after each
    /// further one, at most <see cref="SchedulingLimits.BackoffMax"/>. Null if no attempt has run: hosts that were passed over cost no pause.
    /// </summary>
    public static DateTimeOffset? EndsAt(MigrationView migration, SchedulingLimits limits)
    {
        ArgumentNullException.ThrowIfNull(migration);
        ArgumentNullException.ThrowIfNull(limits);
        var ran = migration.FailedAttempts.Where(attempt => attempt.Epoch is not null).ToList();
        if (ran.Count == 0)
            return null;
        var failedAt = ran.Max(attempt => attempt.At) ?? QueueOrder.WaitingSince(migration);
        var pause = limits.BackoffInitial.TotalSeconds * Math.Pow(2, Math.Min(ran.Count - 1, DoublingsMax));
        return failedAt + TimeSpan.FromSeconds(Math.Clamp(pause, 0, Math.Max(0, limits.BackoffMax.TotalSeconds)));
    }
}
