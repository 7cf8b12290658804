using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Commands;

/// <summary>Whether a host can take a machine in.</summary>
internal static class IncomingVmValidator
{
    /// <summary>Every objection at once.</summary>
    /// <param name="prepare">The machine that is to come.</param>
    /// <param name="capacity">The host.</param>
    /// <param name="vms">The machines that it knows.</param>
    /// <param name="margin">Free memory that must be left.</param>
    public static IReadOnlyList<Refusal> Validate(PrepareIncoming prepare, HostCapacity capacity, IReadOnlyList<VmState> vms, Bytes margin)
    {
        var objections = new List<Refusal>();
        var incoming = prepare.Vm;
        if (incoming.Memory + margin > capacity.FreeMemory)
            objections.Add(new Refusal(
                RefusalCode.NotEnoughMemory, $"{incoming.Name} needs {incoming.Memory} and {margin} must be left, but only {capacity.FreeMemory} are free"));

        // A definition of the same machine that does not run is no obstacle: libvirt lets the machine come home to it.
        if (vms.FirstOrDefault(vm => vm.Id == prepare.VmId) is { State: not (VmRunState.Down or VmRunState.DownMigrated) } same)
            objections.Add(new Refusal(RefusalCode.VmExistsOnDestination, $"{same.Name} ({same.Id}) is here already: {same.Detail}"));
        else if (vms.FirstOrDefault(vm => vm.Id != prepare.VmId && vm.Name == incoming.Name) is { } namesake)
            objections.Add(new Refusal(
                RefusalCode.VmExistsOnDestination, $"another machine of the name {incoming.Name} ({namesake.Id}) is here already: {namesake.Detail}"));
        return objections;
    }
}
