using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Checking;

/// <summary>Whether two hosts can migrate to each other at all. What is not known of either is no objection.</summary>
internal static class HypervisorFilter
{
    public static void Check(RefusalCollector refusals, IndexedHost source, IndexedHost host, VmDescription vm)
    {
        var (from, to) = (source.Inventory.Hypervisor, host.Inventory.Hypervisor);
        if (from.HostUuid.Length > 0 && string.Equals(from.HostUuid, to.HostUuid, StringComparison.OrdinalIgnoreCase))
            refusals.Add(RefusalCode.SameHostUuid,
                $"{host.Name} and {source.Name} have the same host UUID {to.HostUuid}, so libvirt takes them for one host; "
                + "give one of them another `host_uuid` in libvirtd.conf");
        CheckAddress(refusals, source, host);
        if (!string.Equals(from.Kind, to.Kind, StringComparison.OrdinalIgnoreCase))
            refusals.Add(RefusalCode.HypervisorVersion, $"{host.Name} runs {to.Kind}, and {vm.Name} runs on {from.Kind} on {source.Name}");
        else if (source.HypervisorVersion is { } older && host.HypervisorVersion is { } its && its.IsOlderThan(older))
            refusals.Add(RefusalCode.HypervisorVersion,
                $"{host.Name} has {to.Kind} {to.Version}, which is older than {from.Version} on {source.Name} where {vm.Name} runs; update {host.Name} first");
        if (source.LibvirtVersion is { } libvirt && host.LibvirtVersion is { } there && there.Major < libvirt.Major)
            refusals.Add(RefusalCode.HypervisorVersion,
                $"{host.Name} has libvirt {to.LibvirtVersion}, which is older than {from.LibvirtVersion} on {source.Name} where {vm.Name} runs; "
                + $"update {host.Name} first");
        CheckCpu(refusals, source, host, vm);
    }

    private static void CheckCpu(RefusalCollector refusals, IndexedHost source, IndexedHost host, VmDescription vm)
    {
        var (from, to) = (source.Inventory.Capacity, host.Inventory.Capacity);
        if (from.Architecture.Length > 0 && to.Architecture.Length > 0 && !string.Equals(from.Architecture, to.Architecture, StringComparison.Ordinal))
            refusals.Add(RefusalCode.CpuModel, $"{host.Name} is {to.Architecture}, and {vm.Name} runs on {from.Architecture} on {source.Name}");
        else if (CpuModes.IsHostPassthrough(vm.CpuModel) && from.CpuModel.Length > 0 && to.CpuModel.Length > 0
            && !string.Equals(from.CpuModel, to.CpuModel, StringComparison.Ordinal))
            refusals.Add(RefusalCode.CpuModel,
                $"{host.Name} has {to.CpuModel} processors, and {vm.Name} sees the {from.CpuModel} of {source.Name} as they are ({vm.CpuModel}); "
                + "it takes a host with the same ones, or a named processor model");
    }

    private static void CheckAddress(RefusalCollector refusals, IndexedHost source, IndexedHost host)
    {
        if (host.IsLoopback || (host.Address is { } address && string.Equals(address, source.Address, StringComparison.OrdinalIgnoreCase)))
            refusals.Add(RefusalCode.LoopbackAddress,
                $"{host.Name} is reached at {host.Inventory.MigrationTarget}, which leads from {source.Name} back to itself; "
                + $"start the agent of {host.Name} with a --migration-target that other hosts can reach");
    }
}
