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
public sealed record VmView(HostName Host, VmDescription Vm, HostHealth Health, DateTimeOffset? LastReportAt = null, MigratingVm? Migrating = null)
{
    /// <summary>
    /// Why the host's data about it is invalid; null if it is valid. If it is not, of <see cref="Vm"/> only the UUID, name and status are known, as
    /// far as the host sends them; everything else is zero or empty, and the VM is not moved.
    /// </summary>
    public string? InvalidData { get; init; }

    /// <summary>The other hosts that report it as running; empty if there is none. It is not moved until only one host runs it.</summary>
    public IReadOnlyList<HostName> AlsoRunsOn { get; init; } = [];
}
