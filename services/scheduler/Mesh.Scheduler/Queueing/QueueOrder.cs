using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Queueing;

/// <summary>
/// The order of waiting migrations: by priority, which rises by one with each <see cref="SchedulingLimits.AgeingStep"/> waited; at the same
/// priority prepared ones first, then those that have waited longest, then by ID.
/// </summary>
public static class QueueOrder
{
    /// <summary>
    /// A migration that has waited for this many ageing steps reserves the slots it needs. By then it is ahead of every migration of the highest
    /// priority that was queued after it, so that only running and earlier ones are before it.
    /// </summary>
    public const int StepsUntilOverdue = 3;

    /// <summary>The waiting migrations of a fleet, the next one first.</summary>
    public static IReadOnlyList<MigrationView> Sort(Fleet fleet, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        return [.. fleet.Migrations.Where(Slots.IsWaiting).Order(Comparer<MigrationView>.Create((left, right) => Compare(left, right, fleet.Limits, now)))];
    }

    /// <summary>When a migration started to wait.</summary>
    public static DateTimeOffset WaitingSince(MigrationView migration)
    {
        ArgumentNullException.ThrowIfNull(migration);
        return migration.QueuedAt ?? migration.RequestedAt;
    }

    /// <summary>A migration's priority with its gain by ageing; the larger goes first.</summary>
    public static long EffectivePriority(MigrationView migration, SchedulingLimits limits, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(migration);
        return (long)migration.Priority + StepsWaited(migration, limits, now);
    }

    /// <summary>Whether a migration has waited for <see cref="StepsUntilOverdue"/> steps.</summary>
    public static bool IsOverdue(MigrationView migration, SchedulingLimits limits, DateTimeOffset now) =>
        StepsWaited(migration, limits, now) >= StepsUntilOverdue;

    /// <summary>When ageing alone next changes the order; null for never.</summary>
    /// <param name="waiting">The waiting migrations, in order.</param>
    /// <param name="limits">The scheduler's limits.</param>
    /// <param name="now">The time.</param>
    public static DateTimeOffset? NextChange(IReadOnlyList<MigrationView> waiting, SchedulingLimits limits, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        ArgumentNullException.ThrowIfNull(limits);
        if (limits.AgeingStep <= TimeSpan.Zero)
            return null;
        DateTimeOffset? next = null;
        MigrationView? lastAhead = null;
        for (var place = 0; place < waiting.Count; place++)
        {
            var migration = waiting[place];
            var priority = EffectivePriority(migration, limits, now);
            if (place > 0 && EffectivePriority(waiting[place - 1], limits, now) != priority)
                lastAhead = waiting[place - 1];

            // It overtakes those one step above it that would be behind it at equal priority; the last of them shows whether there are any.
            if (lastAhead is null || EffectivePriority(lastAhead, limits, now) != priority + 1 || CompareEquals(migration, lastAhead) > 0)
                continue;
            var rises = WaitingSince(migration) + (StepsWaited(migration, limits, now) + 1) * limits.AgeingStep;
            next = next is { } earliest && earliest < rises ? next : rises;
        }

        return next;
    }

    private static int Compare(MigrationView left, MigrationView right, SchedulingLimits limits, DateTimeOffset now)
    {
        var byPriority = EffectivePriority(right, limits, now).CompareTo(EffectivePriority(left, limits, now));
        return byPriority != 0 ? byPriority : CompareEquals(left, right);
    }

    private static int CompareEquals(MigrationView left, MigrationView right)
    {
        var byPhase = (left.Phase == MigrationPhase.Queued).CompareTo(right.Phase == MigrationPhase.Queued);
        var byTime = byPhase != 0 ? byPhase : WaitingSince(left).CompareTo(WaitingSince(right));
        return byTime != 0 ? byTime : string.CompareOrdinal(left.Id.Value, right.Id.Value);
    }

    private static long StepsWaited(MigrationView migration, SchedulingLimits limits, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var waited = now - WaitingSince(migration);
        return waited <= TimeSpan.Zero || limits.AgeingStep <= TimeSpan.Zero ? 0 : waited.Ticks / limits.AgeingStep.Ticks;
    }
}
