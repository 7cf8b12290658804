using System.Collections.Concurrent;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Outgoing migrations that someone else started, for example with <c>virsh</c>. The mesh does not control them, but must not take their
/// VMs for staying ones. They are discovered at the start, and later by the events of their iterations.
/// </summary>
internal sealed class ExternalMigrations(AgentContext agent, IHypervisor hypervisor, AgentSignals signals, MigrationMonitors monitors)
{
    private readonly ConcurrentDictionary<VmId, CoalescedTask> _migrations = [];

    public IEnumerable<VmId> VmIds => _migrations.Keys;

    public bool Contains(VmId vm) => _migrations.ContainsKey(vm);

    public void Handle(HypervisorEvent hypervisorEvent)
    {
        if (hypervisorEvent is VmLifecycleChanged { Change: VmLifecycle.Stopped } or JobCompleted)
            _migrations.TryRemove(hypervisorEvent.VmId, out _);
        else if (hypervisorEvent is MigrationIterated && monitors.Find(hypervisorEvent.VmId) is null)
            _migrations.TryAdd(hypervisorEvent.VmId, new CoalescedTask());
    }

    /// <summary>Queries every VM that might have such a job, once.</summary>
    public async Task DiscoverAsync()
    {
        // Side by side: one that does not answer must not keep the first report back for each of the others.
        await Task.WhenAll((await ListAsync()).Where(vm => vm.State is not (VmRunState.Down or VmRunState.DownMigrated) && monitors.Find(vm.Id) is null)
            .Select(vm => DiscoverAsync(vm.Id)));
    }

    private async Task DiscoverAsync(VmId vm)
    {
        if (await MayHaveJobAsync(vm))
            _migrations.TryAdd(vm, new CoalescedTask());
    }

    /// <summary>Queries whether the known jobs still run, without waiting for the answers.</summary>
    public void Refresh()
    {
        foreach (var (vm, query) in _migrations)
            query.TryRun(async () =>
            {
                if (!await MayHaveJobAsync(vm) && _migrations.TryRemove(vm, out _))
                    signals.InventoryRequested.Set();
            });
    }

    private async Task<IReadOnlyList<VmState>> ListAsync()
    {
        try
        {
            return await hypervisor.ListVmsAsync(agent.Stopping);
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
            return await hypervisor.ReadJobAsync(vm, agent.Stopping) is { Operation: JobOperation.MigrationOut };
        }
        catch (HypervisorException e)
        {
            // QEMU does not respond during its final pass.
            return e.Code is HypervisorErrorCode.TimedOut;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
