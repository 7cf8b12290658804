namespace Mesh.Agent.Libvirt;

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
