namespace Mesh.Contracts.Queries;

/// <summary>Asks for every host that an agent has reported; answered by <see cref="HostList"/>.</summary>
public sealed record ListHosts;
