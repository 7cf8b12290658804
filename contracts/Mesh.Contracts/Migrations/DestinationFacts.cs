using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>What is known of a host that a VM is to go to.</summary>
/// <param name="Host">The host.</param>
/// <param name="Health">Whether it is reporting.</param>
/// <param name="HypervisorReachable">Whether its hypervisor answered its agent at the last report.</param>
/// <param name="Inventory">What its agent last said of it; null if no agent has reported it.</param>
/// <param name="LastReportAt">When it was last heard of; null if not since the mesh started.</param>
public sealed record DestinationFacts(
    HostName Host,
    HostHealth Health,
    bool HypervisorReachable,
    HostInventory? Inventory = null,
    DateTimeOffset? LastReportAt = null);
