using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Vms;
using Mesh.Core;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;

namespace Mesh.Agent.Reports;

/// <summary>Reports at every tick, and sooner when something happens: the status of every VM and a sample of every migration.</summary>
internal sealed class HostReporter(
    AgentContext agent, AgentOptions options, IHypervisor hypervisor, IMessageBus bus, AgentSignals signals, VmStateCache vmStates, HostMigrations migrations)
{
    /// <summary>Events come in bursts; reports need not.</summary>
    public static readonly TimeSpan MinReportInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a report is offered to the broker before a newer one replaces it.</summary>
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How many ticks a report waits for the hypervisor. With a longer wait the host itself would seem unresponsive.</summary>
    private const int ListTimeoutTicks = 3;

    private readonly CoalescedTask _sending = new();
    private readonly CoalescedTask _listing = new();
    private readonly AsyncSignal _listed = new();
    private volatile IReadOnlyList<VmState>? _list;
    private long _sequence;
    private bool _isHypervisorReachable = true;
    private bool _isBrokerReachable = true;

    public async Task RunAsync()
    {
        while (true)
        {
            var next = agent.Now + options.Tick;
            await ReportAsync();
            if (await signals.ReportRequested.WaitAsync(next - agent.Now, agent.Time, agent.Stopping))
                await Task.Delay(MinReportInterval, agent.Time, agent.Stopping);
        }
    }

    private async Task ReportAsync()
    {
        // Queried before and after, so that a VM whose migration ends meanwhile is not reported as one that stays.
        var outgoing = migrations.GetOutgoingVmIds();
        var vms = await ListAsync();
        outgoing.UnionWith(migrations.GetOutgoingVmIds());
        migrations.RefreshExternal();

        if (vms is not null)
        {
            vmStates.Replace(vms);
            migrations.Observe(vms);
        }

        // Sequence and samples belong together: an unsent report leaves a gap, which is harmless.
        var report = new HostReport(
            agent.Host, agent.AgentEpoch, ++_sequence, agent.Now, vms is not null,
            vms is null ? [] : [.. vms.Select(vm => new VmStatusReport(vm.Id, vm.Name, migrations.GetStatus(vm, outgoing.Contains(vm.Id)), vm.Detail))],
            migrations.GetSamples()) { HostUuid = agent.HostUuid };
        _sending.TryRun(() => SendAsync(report));
    }

    private async Task<IReadOnlyList<VmState>?> ListAsync()
    {
        // While a query has not been answered, no further one is sent.
        if (!_listing.IsIdle)
            return null;
        await _listed.WaitAsync(TimeSpan.Zero, agent.Time, agent.Stopping);
        _listing.TryRun(async () =>
        {
            _list = await QueryVmsAsync();
            _listed.Set();
        });
        var timeout = options.Tick * ListTimeoutTicks < options.CallTimeout ? options.Tick * ListTimeoutTicks : options.CallTimeout;
        return await _listed.WaitAsync(timeout, agent.Time, agent.Stopping) ? _list : MarkUnreachable($"listing the VMs takes longer than {timeout.TotalSeconds:0.#} s");
    }

    private async Task<IReadOnlyList<VmState>?> QueryVmsAsync()
    {
        try
        {
            var vms = await hypervisor.ListVmsAsync(agent.Stopping);
            if (!_isHypervisorReachable)
                agent.Log.HypervisorReachable();
            _isHypervisorReachable = true;
            return vms;
        }
        catch (HypervisorException e)
        {
            return MarkUnreachable(e.Message);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private IReadOnlyList<VmState>? MarkUnreachable(string error)
    {
        if (_isHypervisorReachable)
            agent.Log.HypervisorUnreachable(error);
        _isHypervisorReachable = false;
        return null;
    }

    private async Task SendAsync(HostReport report)
    {
        try
        {
            // While the broker is unreachable, offered reports wait in its client; once it is back, the newest must come first.
            using var timeout = new CancellationTokenSource(SendTimeout, agent.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(agent.Stopping, timeout.Token);
            await bus.SendBestEffortAsync(AgentQueues.HostReports, report, either.Token);
            AgentMetrics.Reports.Add(1, new KeyValuePair<string, object?>(TelemetryNames.Tags.HostName, agent.Host.Value));
            if (!_isBrokerReachable)
                agent.Log.ReportsResumed();
            _isBrokerReachable = true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !agent.Stopping.IsCancellationRequested)
        {
            if (_isBrokerReachable)
                agent.Log.ReportsNotSent(e is OperationCanceledException ? $"no answer within {SendTimeout.TotalSeconds:0} s" : e.Message);
            _isBrokerReachable = false;
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }
}
