using Mesh.Contracts.Values;

namespace Mesh.Contracts.Hosts;

/// <summary>A VM that this host and another one report as running.</summary>
/// <param name="Id">The VM.</param>
/// <param name="Name">Its name.</param>
/// <param name="Hosts">The other hosts that run it, by name.</param>
public sealed record DuplicateVm(VmId Id, string Name, IReadOnlyList<HostName> Hosts);
