namespace Mesh.Contracts.Vms;

/// <summary>What prevents the migration of a VM for a while.</summary>
public enum VmLock
{
    /// <summary>A snapshot is being taken.</summary>
    Snapshot,

    /// <summary>A backup is running.</summary>
    Backup,

    /// <summary>The VM is being saved or dumped to a file.</summary>
    Save,

    /// <summary>One of its disks is being copied, committed or rebased.</summary>
    BlockJob,
}
