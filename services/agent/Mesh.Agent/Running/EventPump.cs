using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Reports;

namespace Mesh.Agent.Running;

/// <summary>Passes on what the hypervisor tells, to whomever it concerns.</summary>
internal sealed class EventPump(AgentContext agent, Followers followers, ForeignJobs foreign, Arrivals arrivals)
{
    public async Task RunAsync()
    {
        var events = agent.Hypervisor.Events;
        while (await events.WaitToReadAsync(agent.Stopping))
            while (events.TryRead(out var what))
                PassOn(what);
    }

    private void PassOn(HypervisorEvent what)
    {
        foreign.Note(what);
        followers.Of(what.VmId)?.Note(what);
        arrivals.Note(what);

        // The machine stands still until libvirt has handed it over: whatever is asked of this host now makes that last longer.
        if (what is VmLifecycleChanged { Change: VmLifecycle.Suspended, IsByMigration: true })
            return;
        if (what is VmLifecycleChanged)
            agent.InventorySoon.Give();
        agent.ReportSoon.Give();
    }
}
