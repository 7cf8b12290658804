using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Queries;

/// <summary>Asks for every host that an agent has reported; answered by <see cref="HostList"/>.</summary>
[MessageName("list-hosts")]
public sealed record ListHosts;
