using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Hypervisors;

/// <summary>A VM's state at one moment.</summary>
/// <param name="Id">The VM.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">Its state, as far as migrations are concerned.</param>
/// <param name="Detail">The hypervisor's own text, such as <c>running (migrated)</c>.</param>
public sealed record VmState(VmId Id, string Name, VmRunState State, string Detail);

/// <summary>What a VM does on a host: libvirt's states and reasons, as far as migrations are concerned.</summary>
public enum VmRunState
{
    /// <summary>Not running, for another reason than a migration.</summary>
    Down,

    /// <summary>Not running, because it moved to another host (<c>shut off (migrated)</c>).</summary>
    DownMigrated,

    /// <summary>Running; only its job shows whether it is being migrated away.</summary>
    Running,

    /// <summary>Running here while it pulls the rest of its memory from the source (<c>running (post-copy)</c>).</summary>
    RunningPostCopy,

    /// <summary>Paused for a reason that has nothing to do with a migration.</summary>
    Paused,

    /// <summary>Being started; an incoming migration begins in this state (<c>paused (starting up)</c>).</summary>
    PausedStarting,

    /// <summary>Paused by a migration: on the source for the switchover or by request, on the destination until then (<c>paused (migrating)</c>).</summary>
    PausedMigrating,

    /// <summary>Paused because it already runs on the destination (<c>paused (post-copy)</c>).</summary>
    PausedPostCopy,

    /// <summary>Its post-copy migration lost the connection (<c>post-copy failed</c>).</summary>
    PostCopyFailed,
}

/// <summary>A VM's status as the mesh reports it, from its state on a host and from what is known of its migrations.</summary>
public static class VmStatusMapping
{
    /// <summary>The status of one VM on one host.</summary>
    /// <param name="state">Its state.</param>
    /// <param name="hasOutgoingJob">Whether a migration away from this host is running.</param>
    /// <param name="expectsIncoming">Whether this host was prepared for the VM and it has not arrived yet.</param>
    /// <param name="hasLeft">Whether a migration away from here has ended, so that only a leftover of it can be here.</param>
    public static VmStatus FromRunState(VmRunState state, bool hasOutgoingJob, bool expectsIncoming, bool hasLeft = false) => state switch
    {
        VmRunState.Down or VmRunState.DownMigrated => VmStatus.Down,
        VmRunState.PostCopyFailed => VmStatus.PostCopyFailed,

        // It already runs here, but still depends on the source until the last page has arrived.
        VmRunState.RunningPostCopy => VmStatus.MigratingTo,
        VmRunState.PausedPostCopy => VmStatus.MigratingFrom,
        _ when hasOutgoingJob => VmStatus.MigratingFrom,
        VmRunState.PausedMigrating when hasLeft && !expectsIncoming => VmStatus.Paused,
        VmRunState.PausedMigrating => VmStatus.MigratingTo,
        VmRunState.PausedStarting when expectsIncoming => VmStatus.MigratingTo,
        VmRunState.PausedStarting or VmRunState.Paused => VmStatus.Paused,
        _ => VmStatus.Up,
    };
}
