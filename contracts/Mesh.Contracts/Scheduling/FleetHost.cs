using Mesh.Contracts.Hosts;
using Mesh.Contracts.Vms;

namespace Mesh.Contracts.Scheduling;

/// <summary>A host as the scheduler sees it.</summary>
/// <param name="Inventory">What its agent last reported of it and its VMs.</param>
/// <param name="Health">Whether it is reporting.</param>
/// <param name="HypervisorReachable">Whether its hypervisor responded to its agent at the last report.</param>
/// <param name="LastReportAt">When it last reported, by the mesh's clock; null if not since the mesh started.</param>
/// <param name="Cordon">Why it is cordoned; null if it is not.</param>
/// <param name="RecentFailures">Migrations that recently failed because of it, the newest first; null for none.</param>
public sealed record FleetHost(
    HostInventory Inventory,
    HostHealth Health,
    bool HypervisorReachable = true,
    DateTimeOffset? LastReportAt = null,
    HostCordon? Cordon = null,
    IReadOnlyList<HostFailure>? RecentFailures = null)
{
    /// <summary>VMs in its newest report that its inventory does not describe yet, because they have only just arrived; without those that do not run.</summary>
    public IReadOnlyList<VmStatusReport> VmsNotInInventory { get; init; } = [];

    /// <summary>What is wrong with the messages of its agent; empty if nothing is.</summary>
    public IReadOnlyList<HostProblem> Problems { get; init; } = [];

    /// <summary>VMs about which it sends invalid data; they are not in its inventory and are not moved.</summary>
    public IReadOnlyList<InvalidVm> InvalidVms { get; init; } = [];

    /// <summary>VMs that another host runs too; they are not moved until only one host runs them.</summary>
    public IReadOnlyList<DuplicateVm> DuplicateVms { get; init; } = [];
}
