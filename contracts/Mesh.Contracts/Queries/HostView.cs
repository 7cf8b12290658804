using Mesh.Contracts.Hosts;

namespace Mesh.Contracts.Queries;

/// <summary>A host as it is shown.</summary>
/// <param name="Inventory">What its agent last said of it.</param>
/// <param name="HypervisorReachable">Whether its hypervisor answered its agent at the last report.</param>
/// <param name="HeardAt">When its agent was last heard, by the mesh's clock; null if not since the mesh started.</param>
public sealed record HostView(HostInventory Inventory, bool HypervisorReachable, DateTimeOffset? HeardAt = null);
