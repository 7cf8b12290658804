using System.Collections.Concurrent;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Running;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Machines that someone else migrates away from this host, with <c>virsh</c> for instance. They are not the mesh's, but it must
/// not take them for machines that stay. They are found once at the start and by the events of their passes over memory.
/// </summary>
internal sealed class ForeignJobs(AgentContext agent, Followers followers)
{
    private readonly ConcurrentDictionary<VmId, OneAtATime> _machines = [];

    public IEnumerable<VmId> Machines => _machines.Keys;

    public bool Has(VmId vm) => _machines.ContainsKey(vm);

    public void Note(HypervisorEvent what)
    {
        if (what is VmLifecycleChanged { Change: VmLifecycle.Stopped } or JobCompleted)
            _machines.TryRemove(what.VmId, out _);
        else if (what is MigrationIterated && followers.Of(what.VmId) is null)
            _machines.TryAdd(what.VmId, new OneAtATime());
    }

    /// <summary>Asks once about every machine that might have such a job.</summary>
    public async Task FindAtStartAsync()
    {
        foreach (var vm in (await ListAsync()).Where(vm => vm.State is not (VmRunState.Down or VmRunState.DownMigrated) && followers.Of(vm.Id) is null))
            if (await MayHaveJobAsync(vm.Id))
                _machines.TryAdd(vm.Id, new OneAtATime());
    }

    /// <summary>Asks whether the jobs that are known still run, without waiting for the answers.</summary>
    public void Check()
    {
        foreach (var (vm, asking) in _machines)
            asking.TryRun(async () =>
            {
                if (!await MayHaveJobAsync(vm) && _machines.TryRemove(vm, out _))
                    agent.InventorySoon.Give();
            });
    }

    private async Task<IReadOnlyList<VmState>> ListAsync()
    {
        try
        {
            return await agent.Hypervisor.ListVmsAsync(agent.Stopping);
        }
        catch (Exception e) when (e is HypervisorException or OperationCanceledException)
        {
            return [];
        }
    }

    private async Task<bool> MayHaveJobAsync(VmId vm)
    {
        try
        {
            return await agent.Hypervisor.ReadJobAsync(vm, agent.Stopping) is { Operation: JobOperation.MigrationOut };
        }
        catch (HypervisorException e)
        {
            // Silence is what QEMU's final pass looks like.
            return e.Code is HypervisorErrorCode.TimedOut;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
