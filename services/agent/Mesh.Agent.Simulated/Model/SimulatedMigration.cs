using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

/// <summary>
/// A migration at one moment: its start parameters, its current settings and its progress. <see cref="MigrationModel.Advance"/> computes the
/// next step.
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

    /// <summary>What this pass had to send when it started.</summary>
    public double PassBytes { get; init; }

    public double TransferredBytes { get; init; }

    public double NormalBytes { get; init; }

    /// <summary>The VM's own time since the last synchronization; throttling and suspending slow it down.</summary>
    public TimeSpan GuestTimeInPass { get; init; }

    public TimeSpan TimeInPass { get; init; }

    public double TransferredInPassBytes { get; init; }

    /// <summary>What the VM had dirtied at the last synchronization.</summary>
    public double DirtiedAtSyncBytes { get; init; }

    public double DirtyRateBytesPerSecond { get; init; }

    /// <summary>QEMU throttles at every second pass that dirtied more than half of what it sent.</summary>
    public int HighDirtyPasses { get; init; }

    public int ThrottlePercent { get; init; }

    /// <summary>By how much a quota on its host throttles the VM, in addition to <see cref="ThrottlePercent"/>.</summary>
    public int QuotaPercent { get; init; }

    /// <summary>The share of CPU time that the VM gets on the source.</summary>
    public double Speed => IsSuspended ? 0 : 1 - Math.Max(ThrottlePercent, QuotaPercent) / 100.0;

    public double RateBytesPerSecond { get; init; }

    /// <summary>How long the VM has been down; its downtime once it runs on the destination.</summary>
    public TimeSpan Downtime { get; init; }

    /// <summary>The remaining duration of the switchover.</summary>
    public TimeSpan SwitchOverRemaining { get; init; }

    public long PostCopyRequests { get; init; }

    /// <summary>Bytes on the wire per byte of memory: in the first pass zero pages are sent as markers.</summary>
    public double WireFactor => Iteration > 1 || Memory.Count == 0
        ? 1
        : (NonZero.Count + (double)(Memory.Count - NonZero.Count) / MigrationModel.PageBytes * MigrationModel.ZeroMarkBytes) / Memory.Count;

    public bool IsOver => Phase is SimulatedPhase.Completed;

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

internal enum SimulatedPhase
{
    DiskCopy,
    PreCopy,
    SwitchOver,
    PostCopy,
    Completed,
}
