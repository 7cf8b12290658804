namespace Mesh.Agent.Simulated;

/// <summary>
/// Models QEMU's pre-copy and post-copy in small time steps. Each pass sends what was pending at the last synchronization of the dirty bitmap,
/// while the VM dirties more memory; the switchover starts when the pending memory can be sent within the downtime limit.
/// </summary>
internal static class MigrationModel
{
    public const int PageBytes = 4096;

    /// <summary>What QEMU sends for a zero page: its address and a marker.</summary>
    public const int ZeroMarkBytes = 9;

    public const int ThrottleMaxPercent = 99;

    /// <summary>Duration of a switchover with nothing pending: device state, resume and network announcement.</summary>
    public static readonly TimeSpan SwitchOverCost = TimeSpan.FromMilliseconds(20);

    /// <summary>QEMU checks about this often whether it can switch over.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <summary>Advances the migration by a step.</summary>
    /// <param name="migration">The migration now.</param>
    /// <param name="linkBytesPerSecond">Its share of the link.</param>
    /// <param name="step">The length of the step; about <see cref="Step"/>.</param>
    public static SimulatedMigration Advance(SimulatedMigration migration, double linkBytesPerSecond, TimeSpan step)
    {
        var later = migration with { Elapsed = migration.Elapsed + step };
        return migration.Phase switch
        {
            SimulatedPhase.DiskCopy => CopyDisks(later, linkBytesPerSecond, step),
            SimulatedPhase.PreCopy => CopyMemory(later, linkBytesPerSecond, step),
            SimulatedPhase.SwitchOver => SwitchOver(later, step),
            SimulatedPhase.PostCopy => PullMemory(later, linkBytesPerSecond, step),
            _ => migration,
        };
    }

    private static SimulatedMigration CopyDisks(SimulatedMigration migration, double link, TimeSpan step)
    {
        var rate = Limited(link, migration.Bandwidth?.Count);
        var remaining = Math.Max(0, migration.DiskRemainingBytes - rate * step.TotalSeconds);
        return migration with
        {
            DiskRemainingBytes = remaining,
            Downtime = migration.Downtime + (migration.IsSuspended ? step : TimeSpan.Zero),
            Phase = remaining > 0 ? SimulatedPhase.DiskCopy : SimulatedPhase.PreCopy,
            Iteration = remaining > 0 ? 0 : 1,
        };
    }

    private static SimulatedMigration CopyMemory(SimulatedMigration migration, double link, TimeSpan step)
    {
        var rate = Limited(link, migration.Bandwidth?.Count);
        var sent = Math.Min(rate * step.TotalSeconds, migration.RemainingBytes * migration.WireFactor);
        var later = migration with
        {
            RateBytesPerSecond = rate,
            RemainingBytes = Math.Max(0, migration.RemainingBytes - sent / migration.WireFactor),
            TransferredBytes = migration.TransferredBytes + sent,
            TransferredInPassBytes = migration.TransferredInPassBytes + sent,
            NormalBytes = migration.NormalBytes + sent * NormalPart(migration),
            GuestTimeInPass = migration.GuestTimeInPass + step * migration.Speed,
            TimeInPass = migration.TimeInPass + step,
            Downtime = migration.Downtime + (migration.IsSuspended ? step : TimeSpan.Zero),
        };
        var threshold = rate * migration.MaxDowntime.TotalSeconds;
        return migration.IsPostCopyRequested || later.RemainingBytes <= threshold ? Synchronise(later, link, threshold) : later;
    }

    /// <summary>Synchronizes the dirty bitmap: switches over if the pending memory fits into the downtime, otherwise starts another pass.</summary>
    private static SimulatedMigration Synchronise(SimulatedMigration migration, double link, double threshold)
    {
        var sent = migration.PassBytes - migration.RemainingBytes;
        var dirtied = migration.Dirty.LeftDirtyBytes(migration.GuestTimeInPass, migration.Memory, migration.PassBytes, sent);
        var pending = Math.Min(migration.RemainingBytes + dirtied, Math.Max(migration.NonZero.Count, migration.RemainingBytes));
        var synchronised = Throttle(migration, dirtied) with
        {
            RemainingBytes = pending,
            PassBytes = pending,
            DirtiedAtSyncBytes = dirtied,
            DirtyRateBytesPerSecond = dirtied / migration.TimeInPass.TotalSeconds,
        };

        if (migration.IsPostCopyRequested)
            return synchronised with { Phase = SimulatedPhase.SwitchOver, SwitchOverRemaining = SwitchOverCost };
        if (pending <= threshold && link > 0)
        {
            // QEMU lifts the bandwidth limit for the final pass: only the link limits it.
            var last = TimeSpan.FromSeconds(pending * migration.WireFactor / link);
            return synchronised with { Phase = SimulatedPhase.SwitchOver, SwitchOverRemaining = last + SwitchOverCost };
        }

        return synchronised with
        {
            Iteration = migration.Iteration + 1,
            GuestTimeInPass = TimeSpan.Zero,
            TimeInPass = TimeSpan.Zero,
            TransferredInPassBytes = 0,
        };
    }

    private static SimulatedMigration Throttle(SimulatedMigration migration, double dirtied)
    {
        // The first pass is exempt: it sends everything, however little the VM writes.
        if (migration.AutoConverge is not { } ladder || migration.Iteration <= 1 || dirtied <= migration.TransferredInPassBytes / 2)
            return migration;
        if (migration.HighDirtyPasses == 0)
            return migration with { HighDirtyPasses = 1 };
        var throttle = migration.ThrottlePercent == 0 ? ladder.InitialPercent : migration.ThrottlePercent + ladder.IncrementPercent;
        return migration with { HighDirtyPasses = 0, ThrottlePercent = Math.Min(ThrottleMaxPercent, throttle) };
    }

    private static SimulatedMigration SwitchOver(SimulatedMigration migration, TimeSpan step)
    {
        if (migration.SwitchOverRemaining > step)
            return migration with { SwitchOverRemaining = migration.SwitchOverRemaining - step, Downtime = migration.Downtime + step };

        var over = migration with { SwitchOverRemaining = TimeSpan.Zero, Downtime = migration.Downtime + migration.SwitchOverRemaining, ThrottlePercent = 0 };
        if (migration.IsPostCopyRequested && migration.RemainingBytes > 0)
            return over with { Phase = SimulatedPhase.PostCopy };

        var sent = migration.IsPostCopyRequested ? 0 : migration.RemainingBytes * migration.WireFactor;
        return over with
        {
            Phase = SimulatedPhase.Completed,
            RemainingBytes = 0,
            TransferredBytes = migration.TransferredBytes + sent,
            NormalBytes = migration.NormalBytes + sent * NormalPart(migration),
        };
    }

    private static SimulatedMigration PullMemory(SimulatedMigration migration, double link, TimeSpan step)
    {
        var rate = Limited(link, migration.PostCopyBandwidth?.Count);
        var sent = Math.Min(rate * step.TotalSeconds, migration.RemainingBytes * migration.WireFactor);
        var remaining = migration.RemainingBytes - sent / migration.WireFactor;
        return migration with
        {
            RateBytesPerSecond = rate,
            RemainingBytes = remaining < 1 ? 0 : remaining,
            TransferredBytes = migration.TransferredBytes + sent,
            NormalBytes = migration.NormalBytes + sent * NormalPart(migration),

            // The VM faults on a missing page about as often as it accesses memory that is still pending.
            PostCopyRequests = migration.PostCopyRequests + (long)(migration.Dirty.DirtiedBytes(step) / PageBytes
                * (migration.Memory.Count > 0 ? migration.RemainingBytes / migration.Memory.Count : 0)),
            Phase = remaining < 1 ? SimulatedPhase.Completed : SimulatedPhase.PostCopy,
        };
    }

    /// <summary>The share of the traffic that is whole pages.</summary>
    private static double NormalPart(SimulatedMigration migration) =>
        migration.Iteration > 1 || migration.Memory.Count == 0
            ? 1
            : migration.NonZero.Count / (migration.WireFactor * migration.Memory.Count);

    private static double Limited(double link, long? limit) => Math.Min(link, limit ?? double.MaxValue);
}
