namespace Mesh.Contracts.Scheduling;

/// <summary>Where a network is available. A network without a rule is available on every host whose inventory lists it.</summary>
/// <param name="Name">The bridge or libvirt network, as VMs name it.</param>
/// <param name="Hosts">Labels of the hosts that have it; empty for every host.</param>
/// <param name="Moves">Whether a VM keeps its address when it moves; false for a management network of bridge type.</param>
public sealed record NetworkRule(string Name, IReadOnlyList<LabelRequirement> Hosts, bool Moves = true);
