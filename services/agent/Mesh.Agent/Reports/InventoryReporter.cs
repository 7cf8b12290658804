using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hosting.Bus;

namespace Mesh.Agent.Reports;

/// <summary>Sends a full description of host and VMs: at the start, after every change, and periodically.</summary>
internal sealed class InventoryReporter(
    AgentContext agent, AgentOptions options, IHypervisor hypervisor, IMessageBus bus, AgentSignals signals, HostMigrations migrations, VmDescriber describer,
    ThrottleCleanup throttles)
{
    private long _sequence;
    private bool _isFailing;

    public async Task RunAsync()
    {
        while (true)
        {
            var isSent = await SendAsync();
            var wait = isSent ? options.InventoryInterval : options.Tick;
            if (await signals.InventoryRequested.WaitAsync(wait, agent.Time, agent.Stopping))
                await DebounceAsync();
        }
    }

    /// <summary>Waits until nothing has changed for <see cref="AgentOptions.InventoryDelay"/>, but at most ten times as long.</summary>
    private async Task DebounceAsync()
    {
        var latest = agent.Now + options.InventoryDelay * 10;
        while (agent.Now < latest && await signals.InventoryRequested.WaitAsync(options.InventoryDelay, agent.Time, agent.Stopping))
        {
            // Something changed again.
        }
    }

    private async Task<bool> SendAsync()
    {
        try
        {
            var host = await hypervisor.DescribeHostAsync(agent.Stopping);
            agent.HostUuid = host.Hypervisor.HostUuid;
            var vms = await throttles.LiftAsync(await describer.DescribeAsync(await hypervisor.ListVmsAsync(agent.Stopping)));
            var states = (await hypervisor.ListVmsAsync(agent.Stopping)).ToDictionary(vm => vm.Id);
            await bus.SendBestEffortAsync(
                AgentQueues.HostInventories,
                new HostInventory(
                    agent.Host, agent.AgentEpoch, ++_sequence, agent.Now, Capacity(host), host.Hypervisor, options.MigrationTargetUri,
                    [.. vms.Select(vm => states.TryGetValue(vm.Id, out var state) ? WithStatus(vm, migrations.GetStatus(state, migrations.IsOutgoing(vm.Id))) : vm)],
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

    /// <summary>QEMU does not respond in the final pass of a migration, and need not.</summary>
    private static VmDescription WithStatus(VmDescription vm, VmStatus status) =>
        vm with { Status = status, NotResponding = vm.NotResponding && status is VmStatus.Up or VmStatus.Paused };

    private HostCapacity Capacity(HostDescription host) =>
        options.LinkMebibytesPerSecond is { } link ? host.Capacity with { Link = BytesPerSecond.FromMebibytes(link) } : host.Capacity;

    private Dictionary<string, string>? Labels(HostDescription host)
    {
        var labels = new Dictionary<string, string>(host.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var (key, value) in options.Labels)
            labels[key] = value;
        return labels.Count > 0 ? labels : null;
    }
}
