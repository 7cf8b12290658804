using Mesh.Contracts.Values;

namespace Mesh.Contracts.Hosts;

/// <summary>The hypervisor of a host.</summary>
/// <param name="HostUuid">The host's UUID in libvirt's capabilities; two hosts with the same one cannot migrate to each other.</param>
/// <param name="Kind">libvirt's driver, such as <c>QEMU</c>, or <c>simulated</c>.</param>
/// <param name="Version">The hypervisor's version, such as <c>10.0.2</c>.</param>
/// <param name="LibvirtVersion">libvirt's version, such as <c>9.0.0</c>; empty for a simulated host.</param>
/// <param name="MachineTypes">Machine types that it can run, such as <c>pc-i440fx-10.0</c>; null if unknown.</param>
public sealed record HypervisorInfo(
    [property: Limits(0, MessageLimits.NameLengthMax)] string HostUuid,
    string Kind,
    string Version,
    string LibvirtVersion,
    IReadOnlyList<string>? MachineTypes = null);
