namespace Mesh.Contracts.Scheduling;

/// <summary>Who may be where: rules over the labels of machines and hosts. People write them as YAML or JSON (<c>infra/docs/scheduling.md</c>).</summary>
public sealed record PlacementRules
{
    /// <summary>Which hosts machines need or like.</summary>
    public IReadOnlyList<HostAffinityRule> HostAffinity { get; init; } = [];

    /// <summary>Which machines are kept together or apart.</summary>
    public IReadOnlyList<VmAffinityRule> VmAffinity { get; init; } = [];

    /// <summary>Which hosts only some machines may use.</summary>
    public IReadOnlyList<TaintRule> Taints { get; init; } = [];

    /// <summary>Where networks are to be had, and which do not move.</summary>
    public IReadOnlyList<NetworkRule> Networks { get; init; } = [];
}
