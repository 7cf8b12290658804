using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hosting.Background;
using Mesh.Hosting.Telemetry;

namespace Mesh.Agent.Reports;

/// <summary>Says at each tick, and sooner when something happens, what this host is about: every machine's status, every migration's sample.</summary>
internal sealed class HostReporter(AgentContext agent, MigrationMonitors monitors, ExternalMigrations external, IncomingMigrations incoming)
{
    /// <summary>Events come in bursts; reports need not.</summary>
    public static readonly TimeSpan MinReportInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a report is offered to the broker before a newer one takes its place.</summary>
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long a report waits for the hypervisor before it says that there is no answer: longer, and the host itself seems silent.</summary>
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
            var next = agent.Now + agent.Options.Tick;
            await ReportAsync();
            if (await agent.ReportRequested.WaitAsync(next - agent.Now, agent.Time, agent.Stopping))
                await Task.Delay(MinReportInterval, agent.Time, agent.Stopping);
        }
    }

    private async Task ReportAsync()
    {
        // Who migrates is asked before and after, so that one that ends meanwhile is not taken for one that stays.
        var outgoing = GetOutgoingVmIds();
        var vms = await ListAsync();
        outgoing.UnionWith(GetOutgoingVmIds());
        external.Refresh();

        if (vms is not null)
        {
            agent.VmStates = vms.ToDictionary(vm => vm.Id);
            incoming.Observe(vms);
        }

        // Sequence and samples belong together: an unsent report leaves a gap, which harms nobody.
        var report = new HostReport(
            agent.Host, agent.AgentEpoch, ++_sequence, agent.Now, vms is not null,
            vms is null ? [] : [.. vms.Select(vm => Status(vm, outgoing))],
            [.. monitors.All.Select(monitor => monitor.GetSample()).OfType<MigrationSample>(), .. incoming.GetSamples()]);
        _sending.TryRun(() => SendAsync(report));
    }

    private VmStatusReport Status(VmState vm, HashSet<VmId> outgoing) =>
        new(vm.Id, vm.Name, VmStatusMapping.FromRunState(vm.State, outgoing.Contains(vm.Id), incoming.Expects(vm.Id), agent.Store.State.HasLeft(vm.Id)), vm.Detail);

    private HashSet<VmId> GetOutgoingVmIds() => [.. monitors.All.Select(monitor => monitor.VmId), .. external.VmIds];

    private async Task<IReadOnlyList<VmState>?> ListAsync()
    {
        // A question that has gone unanswered for its whole time is not asked again beside itself, tick after tick.
        if (!_listing.IsIdle)
            return null;
        await _listed.WaitAsync(TimeSpan.Zero, agent.Time, agent.Stopping);
        _listing.TryRun(async () =>
        {
            _list = await QueryVmsAsync();
            _listed.Set();
        });
        var timeout = agent.Options.Tick * ListTimeoutTicks < agent.Options.CallTimeout ? agent.Options.Tick * ListTimeoutTicks : agent.Options.CallTimeout;
        return await _listed.WaitAsync(timeout, agent.Time, agent.Stopping) ? _list : MarkUnreachable("it takes too long to list the machines");
    }

    private async Task<IReadOnlyList<VmState>?> QueryVmsAsync()
    {
        try
        {
            var vms = await agent.Hypervisor.ListVmsAsync(agent.Stopping);
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
            // While the broker is away, what was offered hangs in its client; when it is back, the newest report must come first.
            using var life = new CancellationTokenSource(SendTimeout, agent.Time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(agent.Stopping, life.Token);
            await agent.Bus.SendBestEffortAsync(AgentQueues.HostReports, report, end.Token);
            AgentMetrics.Reports.Add(1, new KeyValuePair<string, object?>(TelemetryNames.Tags.HostName, agent.Host.Value));
            if (!_isBrokerReachable)
                agent.Log.ReportsResumed();
            _isBrokerReachable = true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !agent.Stopping.IsCancellationRequested)
        {
            if (_isBrokerReachable)
                agent.Log.ReportsNotSent(e is OperationCanceledException ? $"it takes longer than {SendTimeout.TotalSeconds:0} s" : e.Message);
            _isBrokerReachable = false;
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }
}
