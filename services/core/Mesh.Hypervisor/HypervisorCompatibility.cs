using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Hypervisor;

/// <summary>Whether two hypervisors can migrate a VM between them. What is not known of either is no reason against it.</summary>
internal static class HypervisorCompatibility
{
    public static void CheckDestination(RefusalCollector refusals, HostCapabilities host, VmDescription vm)
    {
        if (host.MachineTypes is { } types && vm.MachineType.Length > 0 && !types.Contains(vm.MachineType))
            refusals.Add(RefusalCode.MachineType, $"{host.Name} does not support machine type {vm.MachineType} of {vm.Name}; choose a host whose QEMU lists it");
    }

    public static void CheckSource(RefusalCollector refusals, HostCapabilities source, HostCapabilities host, VmDescription vm)
    {
        var (from, to) = (source.Hypervisor, host.Hypervisor);
        if (from.HostUuid.Length > 0 && string.Equals(from.HostUuid, to.HostUuid, StringComparison.OrdinalIgnoreCase))
            refusals.Add(RefusalCode.SameHostUuid,
                $"{host.Name} and {source.Name} have the same host UUID {to.HostUuid}, so libvirt treats them as one host; "
                + "set a different `host_uuid` in libvirtd.conf on one of them");
        if (host.IsLoopback || (host.Address is { } address && string.Equals(address, source.Address, StringComparison.OrdinalIgnoreCase)))
            refusals.Add(RefusalText.Loopback(host.MigrationTarget, source.Name, host.Name));
        if (!string.Equals(from.Kind, to.Kind, StringComparison.OrdinalIgnoreCase))
            refusals.Add(RefusalCode.HypervisorVersion, $"{host.Name} runs {to.Kind}, and {vm.Name} runs on {from.Kind} on {source.Name}");
        else if (source.HypervisorVersion is { } older && host.HypervisorVersion is { } its && its.IsOlderThan(older))
            refusals.Add(RefusalCode.HypervisorVersion,
                $"{host.Name} has {to.Kind} {to.Version}, older than {from.Version} on {source.Name} where {vm.Name} runs; update {host.Name} first");
        if (source.LibvirtVersion is { } libvirt && host.LibvirtVersion is { } there && there.Major < libvirt.Major)
            refusals.Add(RefusalCode.HypervisorVersion,
                $"{host.Name} has libvirt {to.LibvirtVersion}, older than {from.LibvirtVersion} on {source.Name} where {vm.Name} runs; update {host.Name} first");
    }
}
