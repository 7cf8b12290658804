using Mesh.Agent.Commands;
using Mesh.Agent.Configuration;
using Mesh.Agent.Jobs;
using Mesh.Agent.Reports;
using Mesh.Agent.Runtime;

namespace Mesh.Agent;

/// <summary>Runs the loops of one agent until it stops.</summary>
internal sealed class AgentLoops(
    AgentContext agent, AgentOptions options, ReliableSender sender, HostMigrations migrations, HypervisorEventDispatcher events, HostReporter reports,
    InventoryReporter inventories, CommandDispatcher dispatcher)
{
    public async Task RunAsync()
    {
        // The start does not wait for the hypervisor.
        await Task.Yield();
        var loop = new SupervisedLoop(agent, options);
        var eventLoop = loop.RunAsync("events", events.RunAsync);
        var senderLoop = loop.RunAsync("messages", () => sender.RunAsync(agent.Stopping));

        // Before the first report: a VM that someone else migrates must not be reported as one that stays.
        await migrations.DiscoverExternalAsync();
        await Task.WhenAll(eventLoop, senderLoop, loop.RunAsync("reports", reports.RunAsync), loop.RunAsync("inventories", inventories.RunAsync));
        await Task.WhenAll(migrations.WaitForCompletionAsync(), dispatcher.WaitForCompletionAsync());
    }
}
