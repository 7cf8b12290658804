using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Hypervisor;

/// <summary>
/// Whether a host can take a VM, by what the hosts and the VM are. The scheduler checks it for every host beside the rules of the fleet,
/// the migrations service once more at the admission, and the destination's agent before it prepares for the VM.
/// </summary>
public static class MigrationEligibility
{
    /// <summary>Adds every reason against a destination. What is not known of a host or VM is no reason.</summary>
    /// <param name="refusals">Where the reasons go.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="destination">The destination.</param>
    /// <param name="reserved">Memory there that shows as free and that the VM cannot have.</param>
    /// <param name="mayBeIncoming">Whether the VM may be on its way there already, by the migration that is checked.</param>
    public static void CheckDestination(
        RefusalCollector refusals, VmDescription vm, HostCapabilities destination, ReservedMemory reserved, bool mayBeIncoming = false)
    {
        ArgumentNullException.ThrowIfNull(refusals);
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(destination);
        CheckVmExists(refusals, vm, destination, mayBeIncoming);
        HypervisorCompatibility.CheckDestination(refusals, destination, vm);
        CpuCompatibility.CheckDestination(refusals, destination, vm);
        MemoryDemand.FromVm(vm).Check(refusals, destination, vm, reserved);
    }

    /// <summary>Adds every reason against a migration between two hosts, beside those of <see cref="CheckDestination"/>.</summary>
    /// <param name="refusals">Where the reasons go.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="source">The host where it runs.</param>
    /// <param name="destination">The destination.</param>
    /// <param name="options">How it would be migrated.</param>
    public static void CheckBetween(
        RefusalCollector refusals, VmDescription vm, HostCapabilities source, HostCapabilities destination, MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(refusals);
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(options);
        HypervisorCompatibility.CheckSource(refusals, source, destination, vm);
        CpuCompatibility.CheckSource(refusals, source, destination, vm);
        StorageReachability.Check(refusals, source, destination, vm, options);
    }

    /// <summary>Every reason against a destination at the moment of the admission, when no migration but this one is known.</summary>
    /// <param name="facts">What is known of the destination.</param>
    /// <param name="located">The VM, where it runs; null if it was not found.</param>
    /// <param name="now">The mesh's time.</param>
    public static IReadOnlyList<Refusal> CheckAdmission(DestinationFacts facts, LocatedVm? located, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Inventory is not { } inventory)
            return [HostAvailability.UnknownHost(facts.Host)];
        var refusals = new RefusalCollector();
        refusals.AddIfAny(HostAvailability.Check(inventory.Host, facts.Health, facts.HypervisorReachable, facts.LastReportAt, now));
        if (located is null)
            return refusals.All;
        if (located.Host == inventory.Host)
            refusals.Add(RefusalText.SameHost(located));
        else
            CheckDestination(refusals, located.Vm, new HostCapabilities(inventory), reserved: default);
        return refusals.All;
    }

    // A definition of the same VM that does not run is no obstacle: libvirt lets the VM come home to it.
    private static void CheckVmExists(RefusalCollector refusals, VmDescription vm, HostCapabilities host, bool mayBeIncoming)
    {
        var same = host.FindVm(vm.Id) is { Status: not VmStatus.Down } itself ? itself : (PresentVm?)null;
        if (same is { Status: VmStatus.MigratingTo } && mayBeIncoming)
            return;
        if ((same ?? host.FindVm(vm.Name)) is { Status: not VmStatus.Down } other)
            refusals.Add(RefusalCode.VmExistsOnDestination, $"{host.Name} already has a VM {other.Name} ({other.Id}), which is {RefusalText.Describe(other.Status)}");
        else if (host.FindVm(vm.Name) is { } defined && defined.Id != vm.Id)
            refusals.Add(RefusalCode.VmExistsOnDestination,
                $"{host.Name} has another VM defined as {defined.Name} ({defined.Id}); rename or undefine it there");
    }
}
