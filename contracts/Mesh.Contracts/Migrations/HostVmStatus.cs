using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Contracts.Migrations;

/// <summary>What one of a migration's two hosts last said of the machine.</summary>
/// <param name="Host">The host.</param>
/// <param name="Health">Whether the host is heard of as it should be; of one that is not, the status is what it was.</param>
/// <param name="Status">The machine's status there; null if the host has not spoken of it.</param>
/// <param name="ReportedAt">When the host said so, by the mesh's clock; null if it has not.</param>
public sealed record HostVmStatus(HostName Host, HostHealth Health, VmStatus? Status = null, DateTimeOffset? ReportedAt = null);
