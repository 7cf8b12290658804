using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Reports;

/// <summary>Describes host and machines in full: at the start, after every change, and from time to time.</summary>
internal sealed class InventoryReporter(AgentContext agent, MigrationMonitors monitors, ExternalMigrations external, IncomingMigrations incoming)
{
    private readonly ThrottleCleanup _throttles = new(agent, monitors, external);
    private long _sequence;
    private bool _isFailing;

    public async Task RunAsync()
    {
        while (true)
        {
            var isSent = await SendAsync();
            var wait = isSent ? agent.Options.InventoryInterval : agent.Options.Tick;
            if (await agent.InventoryRequested.WaitAsync(wait, agent.Time, agent.Stopping))
                await DebounceAsync();
        }
    }

    /// <summary>Waits until nothing has changed for a while, but not for ever.</summary>
    private async Task DebounceAsync()
    {
        var latest = agent.Now + agent.Options.InventoryDelay * 10;
        while (agent.Now < latest && await agent.InventoryRequested.WaitAsync(agent.Options.InventoryDelay, agent.Time, agent.Stopping))
        {
            // Something changed again.
        }
    }

    private async Task<bool> SendAsync()
    {
        try
        {
            var host = await agent.Hypervisor.DescribeHostAsync(agent.Stopping);
            var vms = await _throttles.LiftAsync(await agent.Hypervisor.DescribeVmsAsync(agent.Stopping));
            var states = (await agent.Hypervisor.ListVmsAsync(agent.Stopping)).ToDictionary(vm => vm.Id);
            await agent.Bus.SendBestEffortAsync(
                AgentQueues.HostInventories,
                new HostInventory(
                    agent.Host, agent.AgentEpoch, ++_sequence, agent.Now, Capacity(host), host.Hypervisor, agent.Options.MigrationTargetUri,
                    [.. vms.Select(vm => states.TryGetValue(vm.Id, out var state) ? vm with { Status = Status(state) } : vm)],
                    Labels(host), host.Networks, host.Storage),
                agent.Stopping);
            _isFailing = false;
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (!_isFailing)
                agent.Log.InventoryFailed(e.Message);
            _isFailing = true;
            return false;
        }
    }

    private HostCapacity Capacity(HostDescription host) =>
        agent.Options.LinkMebibytesPerSecond is { } link ? host.Capacity with { Link = BytesPerSecond.FromMebibytes(link) } : host.Capacity;

    private Dictionary<string, string>? Labels(HostDescription host)
    {
        var labels = new Dictionary<string, string>(host.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var (key, value) in agent.Options.Labels)
            labels[key] = value;
        return labels.Count > 0 ? labels : null;
    }

    private VmStatus Status(VmState vm) =>
        VmStatusMapping.FromRunState(vm.State, monitors.Find(vm.Id) is not null || external.Contains(vm.Id), incoming.Expects(vm.Id), agent.Store.State.HasLeft(vm.Id));
}
