using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Commands;

/// <summary>Whether a host can take a machine in.</summary>
internal static class IncomingChecks
{
    /// <summary>Every objection at once.</summary>
    /// <param name="prepare">The machine that is to come.</param>
    /// <param name="capacity">The host.</param>
    /// <param name="vms">The machines that it knows.</param>
    /// <param name="margin">Free memory that must be left.</param>
    public static IReadOnlyList<Refusal> Objections(PrepareIncoming prepare, HostCapacity capacity, IReadOnlyList<VmState> vms, Bytes margin)
    {
        var objections = new List<Refusal>();
        var coming = prepare.Vm;
        if (coming.Memory + margin > capacity.FreeMemory)
            objections.Add(new Refusal(
                RefusalCode.NotEnoughMemory, $"{coming.Name} needs {coming.Memory} and {margin} must be left, but only {capacity.FreeMemory} are free"));

        // A definition of the same machine that does not run is no obstacle: libvirt lets the machine come home to it.
        if (vms.FirstOrDefault(vm => vm.Id == prepare.VmId) is { State: not (VmRunState.Down or VmRunState.DownMigrated) } same)
            objections.Add(new Refusal(RefusalCode.VmExistsOnDestination, $"{same.Name} ({same.Id}) is here already: {same.Detail}"));
        else if (vms.FirstOrDefault(vm => vm.Id != prepare.VmId && vm.Name == coming.Name) is { } namesake)
            objections.Add(new Refusal(
                RefusalCode.VmExistsOnDestination, $"another machine of the name {coming.Name} ({namesake.Id}) is here already: {namesake.Detail}"));
        return objections;
    }
}
