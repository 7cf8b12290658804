using Mesh.Contracts.Hosts;
using Mesh.Contracts.Vms;

namespace Mesh.Contracts.Queries;

/// <summary>The view of a host.</summary>
/// <param name="Inventory">What its agent last reported.</param>
/// <param name="HypervisorReachable">Whether its hypervisor responded to its agent at the last report.</param>
/// <param name="Health">Whether it is reporting.</param>
/// <param name="LastReportAt">When its agent last reported, by the mesh's clock; null if not since the mesh started.</param>
/// <param name="Fence">Its fencing, if it was fenced and has not reported since.</param>
/// <param name="FenceAttempt">The fence command that is running or has failed; null if there is none.</param>
public sealed record HostView(
    HostInventory Inventory,
    bool HypervisorReachable,
    HostHealth Health,
    DateTimeOffset? LastReportAt = null,
    HostFence? Fence = null,
    FenceAttempt? FenceAttempt = null)
{
    /// <summary>Why it is cordoned; null if it is not, or if the scheduler does not respond.</summary>
    public HostCordon? Cordon { get; init; }

    /// <summary>Why the mesh ignores its agent, such as an older protocol; null if it does not.</summary>
    public string? AgentProblem { get; init; }

    /// <summary>VMs in its newest report that its inventory does not describe yet, because they have only just arrived.</summary>
    public IReadOnlyList<VmStatusReport> VmsNotInInventory { get; init; } = [];

    /// <summary>What is wrong with the messages of its agent; empty if nothing is.</summary>
    public IReadOnlyList<HostProblem> Problems { get; init; } = [];

    /// <summary>VMs about which it sends invalid data; they are not in its inventory and are not moved.</summary>
    public IReadOnlyList<InvalidVm> InvalidVms { get; init; } = [];

    /// <summary>VMs that another host runs too; they are not moved until only one host runs them.</summary>
    public IReadOnlyList<DuplicateVm> DuplicateVms { get; init; } = [];
}
