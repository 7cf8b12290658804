namespace Mesh.Contracts.Queries;

/// <summary>Hosts by name.</summary>
/// <param name="Hosts">The hosts.</param>
public sealed record ListedHosts(IReadOnlyList<HostView> Hosts);
