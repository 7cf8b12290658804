using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Core;

namespace Mesh.Scheduler.Queueing;

/// <summary>The pause before another attempt.</summary>
public static class BackOff
{
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
        return failedAt + new ExponentialBackoff(limits.BackoffInitial, limits.BackoffMax).DelayFor(ran.Count);
    }
}
