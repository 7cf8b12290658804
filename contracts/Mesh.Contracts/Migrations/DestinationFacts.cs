using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>What is known of a destination.</summary>
/// <param name="Host">The host.</param>
/// <param name="Health">Whether it is reporting.</param>
/// <param name="HypervisorReachable">Whether its hypervisor responded to its agent at the last report.</param>
/// <param name="Inventory">What its agent last reported; null if no agent has reported it.</param>
/// <param name="LastReportAt">When it last reported; null if not since the mesh started.</param>
public sealed record DestinationFacts(
    HostName Host,
    HostHealth Health,
    bool HypervisorReachable,
    HostInventory? Inventory = null,
    DateTimeOffset? LastReportAt = null);
