namespace Mesh.Contracts.Vms;

/// <summary>What holds a VM where it is for a while.</summary>
public enum VmLock
{
    /// <summary>A snapshot is taken.</summary>
    Snapshot,

    /// <summary>A backup runs.</summary>
    Backup,

    /// <summary>It is saved or dumped to a file.</summary>
    Save,

    /// <summary>A disk of it is copied, committed or rebased.</summary>
    BlockJob,
}
