using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Lets machines go that a migration slowed down and that none slows down any more: those that came here like that, and those whose
/// agent died, or forgot them, before it could.
/// </summary>
internal sealed class ThrottleCleanup(AgentContext agent, MigrationMonitors monitors, ExternalMigrations external)
{
    /// <summary>The machines as they are afterwards.</summary>
    public async Task<IReadOnlyList<VmDescription>> LiftAsync(IReadOnlyList<VmDescription> vms)
    {
        var after = new List<VmDescription>(vms.Count);
        foreach (var vm in vms)
            after.Add(vm.Throttle is { } throttle && IsStale(vm.Id) && await TryLiftAsync(vm, throttle) ? vm with { Throttle = null } : vm);
        return after;
    }

    /// <summary>A job that is not ours may be one of ours that was forgotten, and still need it.</summary>
    private bool IsStale(VmId vm) => monitors.Find(vm) is null && !external.Contains(vm);

    private async Task<bool> TryLiftAsync(VmDescription vm, Percent throttle)
    {
        try
        {
            await agent.Hypervisor.LiftThrottleAsync(vm.Id, agent.Stopping);
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
