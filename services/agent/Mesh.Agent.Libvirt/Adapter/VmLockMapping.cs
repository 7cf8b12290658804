using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>Derives what locks a VM on its host from its running job and its disks.</summary>
internal static class VmLockMapping
{
    /// <summary>The lock; null for none. A migration is not a lock, although disks that it copies look like those of a block job.</summary>
    /// <param name="job">The running job.</param>
    /// <param name="hasMirror">Whether a disk is being mirrored.</param>
    public static VmLock? FromJob(DomainJobStats job, bool hasMirror) => (job.IsRunning ? job.Operation : null) switch
    {
        DomainJobOperation.MigrationIn or DomainJobOperation.MigrationOut => null,
        DomainJobOperation.Snapshot or DomainJobOperation.SnapshotRevert or DomainJobOperation.SnapshotDelete => VmLock.Snapshot,
        DomainJobOperation.Backup => VmLock.Backup,
        DomainJobOperation.Save or DomainJobOperation.Dump => VmLock.Save,
        _ => hasMirror ? VmLock.BlockJob : null,
    };
}
