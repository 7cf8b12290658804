namespace Mesh.Agent.Libvirt;

/// <summary>The sizes of a volume (<c>virStorageVolGetInfo</c>).</summary>
/// <param name="CapacityBytes">The size that a guest sees.</param>
/// <param name="AllocationBytes">The storage that it occupies.</param>
public sealed record StorageVolumeInfo(long CapacityBytes, long AllocationBytes);
