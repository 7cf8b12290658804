using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>What holds a machine on its host for a while, by its running job and its disks.</summary>
internal static class VmLockMapping
{
    /// <summary>The lock; null if there is none. A migration is none, though the disks that it copies look as if a block job had them.</summary>
    /// <param name="job">The job that runs now.</param>
    /// <param name="hasMirror">Whether a disk is being copied to another image.</param>
    public static VmLock? FromJob(DomainJobStats job, bool hasMirror) => (job.IsRunning ? job.Operation : null) switch
    {
        DomainJobOperation.MigrationIn or DomainJobOperation.MigrationOut => null,
        DomainJobOperation.Snapshot or DomainJobOperation.SnapshotRevert or DomainJobOperation.SnapshotDelete => VmLock.Snapshot,
        DomainJobOperation.Backup => VmLock.Backup,
        DomainJobOperation.Save or DomainJobOperation.Dump => VmLock.Save,
        _ => hasMirror ? VmLock.BlockJob : null,
    };
}
