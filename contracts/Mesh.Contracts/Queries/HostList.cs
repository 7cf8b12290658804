using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Queries;

/// <summary>Hosts by name, and the VMs that migrate between them.</summary>
/// <param name="Hosts">The hosts.</param>
/// <param name="MigratingVms">The status table of all migrating VMs, by name.</param>
[MessageName("host-list")]
public sealed record HostList(IReadOnlyList<HostView> Hosts, IReadOnlyList<MigratingVm> MigratingVms);
