using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Contracts.Queries;

/// <summary>The view of a VM on one host.</summary>
/// <param name="Host">The host.</param>
/// <param name="Vm">The VM as that host last described it.</param>
/// <param name="Health">The host's health; unless it is reporting, the status is the last known one.</param>
/// <param name="LastReportAt">When the host last reported, by the mesh's clock; null if not since the mesh started.</param>
/// <param name="Migrating">Its row in the status table; null if it is not migrating.</param>
public sealed record VmView(HostName Host, VmDescription Vm, HostHealth Health, DateTimeOffset? LastReportAt = null, MigratingVm? Migrating = null);
