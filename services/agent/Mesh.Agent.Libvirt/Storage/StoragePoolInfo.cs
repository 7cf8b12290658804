namespace Mesh.Agent.Libvirt;

/// <summary>The state and sizes of a storage pool (<c>virStoragePoolGetInfo</c>).</summary>
/// <param name="State">Its state.</param>
/// <param name="CapacityBytes">Its size.</param>
/// <param name="AllocationBytes">What is in use.</param>
/// <param name="AvailableBytes">What is free.</param>
public sealed record StoragePoolInfo(StoragePoolState State, long CapacityBytes, long AllocationBytes, long AvailableBytes);
