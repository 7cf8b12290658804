namespace Mesh.Agent.Libvirt;

/// <summary>The state and sizes of a storage pool (<c>virStoragePoolGetInfo</c>).</summary>
/// <param name="State">Its state.</param>
/// <param name="CapacityBytes">Its size.</param>
/// <param name="AllocationBytes">What is in use.</param>
/// <param name="AvailableBytes">What is free.</param>
public sealed record StoragePoolInfo(StoragePoolState State, long CapacityBytes, long AllocationBytes, long AvailableBytes);

/// <summary>The state of a storage pool (<c>virStoragePoolState</c>).</summary>
public enum StoragePoolState
{
    /// <summary>Not running (<c>VIR_STORAGE_POOL_INACTIVE</c>).</summary>
    Inactive = 0,

    /// <summary>Being initialised (<c>VIR_STORAGE_POOL_BUILDING</c>).</summary>
    Building = 1,

    /// <summary>Running (<c>VIR_STORAGE_POOL_RUNNING</c>).</summary>
    Running = 2,

    /// <summary>Running degraded (<c>VIR_STORAGE_POOL_DEGRADED</c>).</summary>
    Degraded = 3,

    /// <summary>Running, but not accessible (<c>VIR_STORAGE_POOL_INACCESSIBLE</c>).</summary>
    Inaccessible = 4,
}

/// <summary>The sizes of a volume (<c>virStorageVolGetInfo</c>).</summary>
/// <param name="CapacityBytes">The size that a guest sees.</param>
/// <param name="AllocationBytes">The storage that it occupies.</param>
public sealed record StorageVolumeInfo(long CapacityBytes, long AllocationBytes);
