using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Contracts.Queries;

/// <summary>A row of the status table of all migrating VMs (seed <c>ovirt-vm-migration-states</c>).</summary>
/// <param name="Id">The VM.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Its status by both hosts' reports.</param>
/// <param name="IsUnknown">Whether a host whose report decides is not reporting: then the status is the last known one.</param>
/// <param name="Since">When it entered the table.</param>
/// <param name="Hosts">What each of its hosts last reported, the source first.</param>
/// <param name="Source">The host that it leaves; null if no host has reported that.</param>
/// <param name="Destination">The host that it goes to; null if no host has reported that.</param>
/// <param name="CurrentHost">Where it is; null if nowhere.</param>
/// <param name="Migration">The migration that moves it; null if it was started outside the mesh.</param>
public sealed record MigratingVm(
    VmId Id,
    string Name,
    VmStatus Status,
    bool IsUnknown,
    DateTimeOffset Since,
    IReadOnlyList<HostVmStatus> Hosts,
    HostName? Source = null,
    HostName? Destination = null,
    HostName? CurrentHost = null,
    MigrationId? Migration = null);
