using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;

namespace Mesh.Agent.Jobs;

/// <summary>Dispatches the hypervisor's events to the migrations that they concern, and requests a report.</summary>
internal sealed class HypervisorEventDispatcher(AgentContext agent, IHypervisor hypervisor, AgentSignals signals, HostMigrations migrations)
{
    public async Task RunAsync()
    {
        var events = hypervisor.Events;
        while (await events.WaitToReadAsync(agent.Stopping))
            while (events.TryRead(out var hypervisorEvent))
                Dispatch(hypervisorEvent);
    }

    private void Dispatch(HypervisorEvent hypervisorEvent)
    {
        migrations.Handle(hypervisorEvent);

        // The VM is down until libvirt has completed the switchover: querying this host now would prolong that.
        if (hypervisorEvent is VmLifecycleChanged { Change: VmLifecycle.Suspended, IsByMigration: true })
            return;
        if (hypervisorEvent is VmLifecycleChanged)
            signals.InventoryRequested.Set();
        signals.ReportRequested.Set();
    }
}
