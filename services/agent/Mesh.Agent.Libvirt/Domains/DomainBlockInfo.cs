namespace Mesh.Agent.Libvirt;

/// <summary>The sizes of a disk (<c>virDomainGetBlockInfo</c>).</summary>
/// <param name="CapacityBytes">The size that the guest sees.</param>
/// <param name="AllocationBytes">The storage that its image occupies on the host; sparse parts do not count.</param>
/// <param name="PhysicalBytes">The size of the image's container on the host.</param>
public sealed record DomainBlockInfo(long CapacityBytes, long AllocationBytes, long PhysicalBytes);
