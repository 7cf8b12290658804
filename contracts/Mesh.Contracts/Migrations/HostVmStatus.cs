using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Contracts.Migrations;

/// <summary>What one of a migration's two hosts last reported of the VM.</summary>
/// <param name="Host">The host.</param>
/// <param name="Health">The host's health; unless it is reporting, the status is the last known one.</param>
/// <param name="Status">The VM's status there; null if the host has not reported it.</param>
/// <param name="ReportedAt">When the host reported it, by the mesh's clock; null if it has not.</param>
public sealed record HostVmStatus(HostName Host, HostHealth Health, VmStatus? Status = null, DateTimeOffset? ReportedAt = null);
