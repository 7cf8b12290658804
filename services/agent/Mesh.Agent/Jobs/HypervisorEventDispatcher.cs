using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;

namespace Mesh.Agent.Jobs;

/// <summary>Passes on what the hypervisor tells, to whomever it concerns.</summary>
internal sealed class HypervisorEventDispatcher(AgentContext agent, MigrationMonitors monitors, ExternalMigrations external, IncomingMigrations incoming)
{
    public async Task RunAsync()
    {
        var events = agent.Hypervisor.Events;
        while (await events.WaitToReadAsync(agent.Stopping))
            while (events.TryRead(out var what))
                Dispatch(what);
    }

    private void Dispatch(HypervisorEvent what)
    {
        external.Handle(what);
        monitors.Find(what.VmId)?.Handle(what);
        incoming.Handle(what);

        // The machine stands still until libvirt has handed it over: whatever is asked of this host now makes that last longer.
        if (what is VmLifecycleChanged { Change: VmLifecycle.Suspended, IsByMigration: true })
            return;
        if (what is VmLifecycleChanged)
            agent.InventoryRequested.Set();
        agent.ReportRequested.Set();
    }
}
