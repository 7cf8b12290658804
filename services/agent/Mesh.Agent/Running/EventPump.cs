using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Reports;

namespace Mesh.Agent.Running;

/// <summary>Passes on what the hypervisor tells, to whomever it concerns.</summary>
internal sealed class EventPump(AgentContext agent, Followers followers, ForeignJobs foreign, Arrivals arrivals)
{
    public async Task RunAsync()
    {
        await foreach (var what in agent.Hypervisor.Events.ReadAllAsync(agent.Stopping))
        {
            foreign.Note(what);
            followers.Of(what.VmId)?.Note(what);
            if (what is VmLifecycleChanged)
                agent.InventorySoon.Give();
            agent.ReportSoon.Give();
            arrivals.Note(what);
        }
    }
}
