using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Contracts.Queries;

/// <summary>A VM on one host, as it is shown.</summary>
/// <param name="Host">The host.</param>
/// <param name="Vm">The VM as that host last described it.</param>
/// <param name="Health">Whether that host is heard of as it should be; of one that is not, the status is the last one known.</param>
/// <param name="LastReportAt">When that host was last heard, by the mesh's clock; null if not since the mesh started.</param>
/// <param name="Migrating">Its row in the status table; null if it is not migrating.</param>
public sealed record VmView(HostName Host, VmDescription Vm, HostHealth Health, DateTimeOffset? LastReportAt = null, MigratingVm? Migrating = null);
