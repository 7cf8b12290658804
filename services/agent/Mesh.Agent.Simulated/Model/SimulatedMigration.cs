using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

/// <summary>
/// A migration at one moment: what it was started with, the knobs as they are set now, and how far it has come.
/// <see cref="MigrationModel.Advance"/> makes the next moment of it.
/// </summary>
internal sealed record SimulatedMigration
{
    public required Bytes Memory { get; init; }

    public required Bytes NonZero { get; init; }

    public required DirtyCurve Dirty { get; init; }

    public Bytes DiskTotal { get; init; }

    public AutoConvergeSettings? AutoConverge { get; init; }

    public TimeSpan MaxDowntime { get; init; } = TimeSpan.FromMilliseconds(300);

    public BytesPerSecond? Bandwidth { get; init; }

    public BytesPerSecond? PostCopyBandwidth { get; init; }

    public bool IsSuspended { get; init; }

    public bool IsPostCopyRequested { get; init; }

    public SimulatedPhase Phase { get; init; }

    public TimeSpan Elapsed { get; init; }

    public double DiskRemainingBytes { get; init; }

    /// <summary>The pass over memory; 1 is the first.</summary>
    public long Iteration { get; init; }

    /// <summary>What this pass has yet to send; in post-copy, what has yet to be pulled.</summary>
    public double RemainingBytes { get; init; }

    /// <summary>What this pass had to send when it began.</summary>
    public double PassBytes { get; init; }

    public double TransferredBytes { get; init; }

    public double NormalBytes { get; init; }

    /// <summary>The machine's own time since the last synchronisation; throttling and suspending slow it down.</summary>
    public TimeSpan GuestTimeInPass { get; init; }

    public TimeSpan TimeInPass { get; init; }

    public double TransferredInPassBytes { get; init; }

    /// <summary>What the machine had dirtied at the last synchronisation.</summary>
    public double DirtiedAtSyncBytes { get; init; }

    public double DirtyRateBytesPerSecond { get; init; }

    /// <summary>QEMU throttles at every second pass that dirtied more than half of what it sent.</summary>
    public int HighDirtyPasses { get; init; }

    public int ThrottlePercent { get; init; }

    /// <summary>How much a quota of its host slows the machine down, beside <see cref="ThrottlePercent"/>.</summary>
    public int QuotaPercent { get; init; }

    /// <summary>The part of its time that the machine has on the source.</summary>
    public double Speed => IsSuspended ? 0 : 1 - Math.Max(ThrottlePercent, QuotaPercent) / 100.0;

    public double RateBytesPerSecond { get; init; }

    /// <summary>How long the machine has stood still; its downtime once it runs on the destination.</summary>
    public TimeSpan Downtime { get; init; }

    /// <summary>What is left of the switch-over.</summary>
    public TimeSpan SwitchOverRemaining { get; init; }

    public long PostCopyRequests { get; init; }

    /// <summary>Bytes on the wire for a byte of memory: in the first pass pages of zeros go as marks.</summary>
    public double WireFactor => Iteration > 1 || Memory.Count == 0
        ? 1
        : (NonZero.Count + (double)(Memory.Count - NonZero.Count) / MigrationModel.PageBytes * MigrationModel.ZeroMarkBytes) / Memory.Count;

    public bool IsOver => Phase is SimulatedPhase.Completed;

    /// <summary>A migration about to begin.</summary>
    public static SimulatedMigration Start(SimulatedVm vm, Bytes disks, AutoConvergeSettings? autoConverge, TimeSpan maxDowntime, bool isPaused) => new()
    {
        Memory = vm.Memory,
        NonZero = vm.NonZero,
        Dirty = vm.Dirty,
        DiskTotal = disks,
        DiskRemainingBytes = disks.Count,
        AutoConverge = autoConverge,
        MaxDowntime = maxDowntime,
        IsSuspended = isPaused,
        Phase = disks.Count > 0 ? SimulatedPhase.DiskCopy : SimulatedPhase.PreCopy,
        Iteration = disks.Count > 0 ? 0 : 1,
        RemainingBytes = vm.Memory.Count,
        PassBytes = vm.Memory.Count,
    };
}

/// <summary>QEMU's auto-converge ladder.</summary>
/// <param name="InitialPercent">First step.</param>
/// <param name="IncrementPercent">Every further step.</param>
internal sealed record AutoConvergeSettings(int InitialPercent, int IncrementPercent);
