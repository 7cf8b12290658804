using System.Collections.Concurrent;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Machines that someone else migrates away from this host, with <c>virsh</c> for instance. They are not the mesh's, but it must
/// not take them for machines that stay. They are found once at the start and by the events of their passes over memory.
/// </summary>
internal sealed class ExternalMigrations(AgentContext agent, MigrationMonitors monitors)
{
    private readonly ConcurrentDictionary<VmId, CoalescedTask> _migrations = [];

    public IEnumerable<VmId> VmIds => _migrations.Keys;

    public bool Contains(VmId vm) => _migrations.ContainsKey(vm);

    public void Handle(HypervisorEvent what)
    {
        if (what is VmLifecycleChanged { Change: VmLifecycle.Stopped } or JobCompleted)
            _migrations.TryRemove(what.VmId, out _);
        else if (what is MigrationIterated && monitors.Find(what.VmId) is null)
            _migrations.TryAdd(what.VmId, new CoalescedTask());
    }

    /// <summary>Asks once about every machine that might have such a job.</summary>
    public async Task DiscoverAsync()
    {
        foreach (var vm in (await ListAsync()).Where(vm => vm.State is not (VmRunState.Down or VmRunState.DownMigrated) && monitors.Find(vm.Id) is null))
            if (await MayHaveJobAsync(vm.Id))
                _migrations.TryAdd(vm.Id, new CoalescedTask());
    }

    /// <summary>Asks whether the jobs that are known still run, without waiting for the answers.</summary>
    public void Refresh()
    {
        foreach (var (vm, asking) in _migrations)
            asking.TryRun(async () =>
            {
                if (!await MayHaveJobAsync(vm) && _migrations.TryRemove(vm, out _))
                    agent.InventoryRequested.Set();
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
