using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Removes stale throttles: of VMs that were throttled when they arrived here, and of those whose agent exited, or lost its state, before
/// it could remove the throttle.
/// </summary>
internal sealed class ThrottleCleanup(AgentContext agent, IHypervisor hypervisor, HostMigrations migrations)
{
    /// <summary>Removes the stale throttles, and returns the VMs as they are then.</summary>
    public async Task<IReadOnlyList<VmDescription>> LiftAsync(IReadOnlyList<VmDescription> vms)
    {
        var after = new List<VmDescription>(vms.Count);
        foreach (var vm in vms)
            after.Add(vm.Throttle is { } throttle && IsStale(vm.Id) && await TryLiftAsync(vm, throttle) ? vm with { Throttle = null } : vm);
        return after;
    }

    /// <summary>Not that of an external job: it may be one of ours whose record was lost, and still need its throttle.</summary>
    private bool IsStale(VmId vm) => !migrations.IsOutgoing(vm);

    private async Task<bool> TryLiftAsync(VmDescription vm, Percent throttle)
    {
        try
        {
            await hypervisor.LiftThrottleAsync(vm.Id, agent.Stopping);
            agent.Log.StaleThrottleLifted(vm.Name, vm.Id, throttle);
            return true;
        }
        catch (HypervisorException e)
        {
            agent.Log.StaleThrottleNotLifted(vm.Name, vm.Id, throttle, e.Message);
            return false;
        }
    }
}
