namespace Mesh.Contracts.Scheduling;

/// <summary>Which VMs may run where: rules over the labels of VMs and hosts. People write them as YAML or JSON (<c>infra/docs/scheduling.md</c>).</summary>
public sealed record PlacementRules
{
    /// <summary>Which hosts VMs require or prefer.</summary>
    public IReadOnlyList<HostAffinityRule> HostAffinity { get; init; } = [];

    /// <summary>Which VMs must share a host, or must not.</summary>
    public IReadOnlyList<VmAffinityRule> VmAffinity { get; init; } = [];

    /// <summary>Which hosts only some VMs may use.</summary>
    public IReadOnlyList<TaintRule> Taints { get; init; } = [];

    /// <summary>Where networks are available, and which do not move.</summary>
    public IReadOnlyList<NetworkRule> Networks { get; init; } = [];
}
