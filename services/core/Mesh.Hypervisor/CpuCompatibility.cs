using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Hypervisor;

/// <summary>Whether a host's CPUs can run a VM. What is not known of a host or VM is no reason against it.</summary>
public static class CpuCompatibility
{
    /// <summary>Whether the VM sees the host's own CPU, so that it can only move to a host with the same one.</summary>
    /// <param name="model">The VM's CPU model, or libvirt's mode where it has none.</param>
    public static bool IsHostPassthrough(string model) => model is "host-passthrough" or "maximum";

    /// <summary>Whether it is a model by name, which the destination must support. For <c>host-model</c> the features alone decide.</summary>
    /// <param name="model">The VM's CPU model, or libvirt's mode where it has none.</param>
    public static bool IsNamedModel(string model) => model is not ("" or "host-model" or "custom") && !IsHostPassthrough(model);

    internal static void CheckDestination(RefusalCollector refusals, HostCapabilities host, VmDescription vm)
    {
        if (IsNamedModel(vm.CpuModel) && host.CpuModels is { } models && !models.Contains(vm.CpuModel))
            refusals.Add(RefusalCode.CpuModel, $"{host.Name} does not support CPU model {vm.CpuModel} of {vm.Name}; choose a host that lists it");
        if (vm.CpuFeatures is { } needed && host.CpuFeatures is { } offered)
            CheckFeatures(refusals, host, vm, needed, offered);
        if (vm.VCpus > host.Capacity.LogicalCpus)
            refusals.Add(RefusalCode.NotEnoughCpus, $"{host.Name} has {host.Capacity.LogicalCpus} logical CPUs, and {vm.Name} has {vm.VCpus} vCPUs");
    }

    internal static void CheckSource(RefusalCollector refusals, HostCapabilities source, HostCapabilities host, VmDescription vm)
    {
        var (from, to) = (source.Capacity, host.Capacity);
        if (from.Architecture.Length > 0 && to.Architecture.Length > 0 && !string.Equals(from.Architecture, to.Architecture, StringComparison.Ordinal))
            refusals.Add(RefusalCode.CpuModel, $"{host.Name} is {to.Architecture}, and {vm.Name} runs on {from.Architecture} on {source.Name}");
        else if (IsHostPassthrough(vm.CpuModel) && from.CpuModel.Length > 0 && to.CpuModel.Length > 0
            && !string.Equals(from.CpuModel, to.CpuModel, StringComparison.Ordinal))
            refusals.Add(RefusalCode.CpuModel,
                $"{host.Name} has a {to.CpuModel} CPU, and {vm.Name} uses the {from.CpuModel} of {source.Name} directly ({vm.CpuModel}); "
                + "choose a host with the same CPU, or give the VM a named CPU model");
    }

    private static void CheckFeatures(
        RefusalCollector refusals, HostCapabilities host, VmDescription vm, IReadOnlyList<string> needed, IReadOnlySet<string> offered)
    {
        List<string>? missing = null;
        for (var i = 0; i < needed.Count; i++)
            if (!offered.Contains(needed[i]))
                (missing ??= []).Add(needed[i]);
        if (missing is not null)
            refusals.Add(RefusalCode.CpuFeature, $"the CPUs of {host.Name} lack {string.Join(", ", missing)}, which {vm.Name} needs");
    }
}
