using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Agent.Commands;

/// <summary>Whether this host can take a VM, by what its hypervisor reports at this moment.</summary>
internal static class IncomingVmValidator
{
    /// <summary>Every reason against it.</summary>
    /// <param name="prepare">The VM that is to come.</param>
    /// <param name="name">This host.</param>
    /// <param name="host">What its hypervisor reports of it.</param>
    /// <param name="vms">The VMs of the same UUID or name that it knows.</param>
    /// <param name="margin">Memory that must stay free.</param>
    public static IReadOnlyList<Refusal> Validate(PrepareIncoming prepare, HostName name, HostDescription host, IReadOnlyList<VmState> vms, Bytes margin)
    {
        var refusals = new RefusalCollector();
        var present = vms.Select(vm => new PresentVm(vm.Id, vm.Name, VmStatusMapping.FromRunState(vm.State, hasOutgoingJob: false, expectsIncoming: true)));
        MigrationEligibility.CheckDestination(
            refusals, prepare.Vm with { Id = prepare.VmId }, new HostCapabilities(name, host.Capacity, host.Hypervisor, present), new ReservedMemory(ForHost: margin));
        return refusals.All;
    }
}
