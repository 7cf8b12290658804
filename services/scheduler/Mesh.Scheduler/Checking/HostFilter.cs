using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Checking;

/// <summary>What speaks against a host as a destination, as far as host and machine alone tell: looked at once more when an attempt begins.</summary>
public static class HostFilter
{
    /// <summary>The reasons against a host as the destination of a machine, which is null if it was not found.</summary>
    public static IEnumerable<Refusal> Check(DestinationFacts facts, LocatedVm? located, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Inventory is not { } destination)
            return [UnknownHost(facts.Host)];
        var host = new IndexedHost(new FleetHost(destination, facts.Health, facts.HypervisorReachable, facts.LastReportAt), -1);
        var refusals = new RefusalCollector();
        CheckHealth(refusals, host, now);
        if (located is null || CheckSameHost(refusals, host, located))
            return refusals.All;
        CheckVmExists(refusals, host, located.Vm, mayBeIncoming: false);
        CheckCpu(refusals, host, located.Vm);
        if (located.Vm.HugePageSize is null && destination.Capacity.FreeMemory < located.Vm.Memory)
            refusals.Add(RefusalCode.NotEnoughMemory,
                $"{host.Name} has {destination.Capacity.FreeMemory} of memory free, and {located.Vm.Name} needs {located.Vm.Memory}");
        return refusals.All;
    }

    /// <summary>Why a host that no agent has reported is no destination.</summary>
    public static Refusal UnknownHost(HostName host) => new(RefusalCode.UnknownHost, $"no agent has reported a host '{host}' (`mesh hosts` lists them)");

    /// <summary>Whether the host, source or destination, is heard of and its hypervisor answers.</summary>
    internal static void CheckHealth(RefusalCollector refusals, IndexedHost host, DateTimeOffset now)
    {
        if (host.Host.Health == HostHealth.Fenced)
            refusals.Add(RefusalCode.HostUnavailable, $"{host.Name} was fenced and has not come back");
        else if (host.Host.Health != HostHealth.Healthy)
            refusals.Add(RefusalCode.HostUnavailable, host.Host.LastReportAt is { } last
                ? $"{host.Name} was last heard of {Math.Max(0, (now - last).TotalSeconds):0} s ago"
                : $"{host.Name} has not been heard of since the mesh started");
        else if (!host.Host.HypervisorReachable)
            refusals.Add(RefusalCode.HostUnavailable, $"the hypervisor of {host.Name} does not answer its agent");
    }

    /// <summary>Whether the machine is there already, which makes every other question moot.</summary>
    internal static bool CheckSameHost(RefusalCollector refusals, IndexedHost host, LocatedVm located)
    {
        if (located.Host != host.Name)
            return false;
        refusals.Add(RefusalCode.SameHost, $"{located.Vm.Name} is on {host.Name} already");
        return true;
    }

    /// <summary>Whether a machine of the same name or UUID is in the way.</summary>
    /// <param name="refusals">Where the reason goes.</param>
    /// <param name="host">The destination.</param>
    /// <param name="vm">The machine.</param>
    /// <param name="mayBeIncoming">Whether it may be on its way there, by the migration that is judged.</param>
    internal static void CheckVmExists(RefusalCollector refusals, IndexedHost host, VmDescription vm, bool mayBeIncoming)
    {
        var same = host.FindVm(vm.Id) is { Status: not VmStatus.Down } itself ? itself : null;
        if (same is { Status: VmStatus.MigratingTo } && mayBeIncoming)
            return;
        if ((same ?? host.FindVm(vm.Name)) is { } other && other.Status != VmStatus.Down)
            refusals.Add(RefusalCode.VmExistsOnDestination, $"{host.Name} has a machine {other.Name} ({other.Id}) that is {RefusalText.Describe(other.Status)}");
        else if (host.FindVm(vm.Name) is { } defined && defined.Id != vm.Id)
            refusals.Add(RefusalCode.VmExistsOnDestination,
                $"{host.Name} has the definition of another machine {defined.Name} ({defined.Id}); rename or undefine it there");
    }

    /// <summary>Whether the host's processors and hypervisor can run the machine at all.</summary>
    internal static void CheckCpu(RefusalCollector refusals, IndexedHost host, VmDescription vm)
    {
        if (host.MachineTypes is { } types && vm.MachineType.Length > 0 && !types.Contains(vm.MachineType))
            refusals.Add(RefusalCode.MachineType,
                $"{host.Name} cannot run machine type {vm.MachineType} of {vm.Name}; it takes a host whose QEMU lists that type");
        if (CpuModes.IsNamedModel(vm.CpuModel) && host.CpuModels is { } models && !models.Contains(vm.CpuModel))
            refusals.Add(RefusalCode.CpuModel,
                $"{host.Name} cannot give {vm.Name} its processor model {vm.CpuModel}; it takes a host that lists that model");
        if (vm.CpuFeatures is { } needed && host.CpuFeatures is { } offered)
            CheckCpuFeatures(refusals, host, vm, needed, offered);
        if (vm.VCpus > host.Inventory.Capacity.LogicalCpus)
            refusals.Add(RefusalCode.NotEnoughCpus,
                $"{host.Name} has {host.Inventory.Capacity.LogicalCpus} logical processors, and {vm.Name} has {vm.VCpus} virtual ones");
    }

    private static void CheckCpuFeatures(RefusalCollector refusals, IndexedHost host, VmDescription vm, IReadOnlyList<string> needed, HashSet<string> offered)
    {
        List<string>? missing = null;
        for (var i = 0; i < needed.Count; i++)
            if (!offered.Contains(needed[i]))
                (missing ??= []).Add(needed[i]);
        if (missing is not null)
            refusals.Add(RefusalCode.CpuFeature, $"the processors of {host.Name} lack {string.Join(", ", missing)}, which {vm.Name} needs");
    }
}
