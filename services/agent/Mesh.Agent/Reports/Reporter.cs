using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Running;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hosting.Running;

namespace Mesh.Agent.Reports;

/// <summary>Says at each tick, and sooner when something happens, what this host is about: every machine's status, every migration's sample.</summary>
internal sealed class Reporter(AgentContext agent, Followers followers, ForeignJobs foreign, Arrivals arrivals)
{
    /// <summary>Events come in bursts; reports need not.</summary>
    public static readonly TimeSpan GapMin = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a report is offered to the broker before a newer one takes its place.</summary>
    private static readonly TimeSpan OfferedMax = TimeSpan.FromSeconds(2);

    /// <summary>How long a report waits for the hypervisor before it says that there is no answer: longer, and the host itself seems silent.</summary>
    private const int TicksPatient = 3;

    private readonly OneAtATime _sending = new();
    private readonly OneAtATime _listing = new();
    private readonly AsyncSignal _listed = new();
    private volatile IReadOnlyList<VmState>? _list;
    private long _sequence;
    private bool _isReachable = true;
    private bool _isHeard = true;

    public async Task RunAsync()
    {
        while (true)
        {
            var next = agent.Now + agent.Options.Tick;
            await ReportAsync();
            if (await agent.ReportSoon.WaitAsync(next - agent.Now, agent.Time, agent.Stopping))
                await Task.Delay(GapMin, agent.Time, agent.Stopping);
        }
    }

    private async Task ReportAsync()
    {
        // Who migrates is asked before and after, so that one that ends meanwhile is not taken for one that stays.
        var leaving = Leaving();
        var vms = await ListAsync();
        leaving.UnionWith(Leaving());
        foreign.Check();

        if (vms is not null)
        {
            agent.States = vms.ToDictionary(vm => vm.Id);
            arrivals.See(vms);
        }

        // Sequence and samples belong together: an unsent report leaves a gap, which harms nobody.
        var report = new HostReport(
            agent.Host, agent.AgentEpoch, ++_sequence, agent.Now, vms is not null,
            vms is null ? [] : [.. vms.Select(vm => Status(vm, leaving))],
            [.. followers.All.Select(follower => follower.Sample()).OfType<MigrationSample>(), .. arrivals.Samples()]);
        _sending.TryRun(() => SendAsync(report));
    }

    private VmStatusReport Status(VmState vm, HashSet<VmId> leaving) =>
        new(vm.Id, vm.Name, VmStatuses.Of(vm.State, leaving.Contains(vm.Id), arrivals.Expects(vm.Id), agent.Store.Record.HasLeft(vm.Id)), vm.Detail);

    private HashSet<VmId> Leaving() => [.. followers.All.Select(follower => follower.VmId), .. foreign.Machines];

    private async Task<IReadOnlyList<VmState>?> ListAsync()
    {
        // A question that has gone unanswered for its whole time is not asked again beside itself, tick after tick.
        if (!_listing.IsFree)
            return null;
        await _listed.WaitAsync(TimeSpan.Zero, agent.Time, agent.Stopping);
        _listing.TryRun(async () =>
        {
            _list = await AskAsync();
            _listed.Give();
        });
        var patience = agent.Options.Tick * TicksPatient < agent.Options.CallTimeout ? agent.Options.Tick * TicksPatient : agent.Options.CallTimeout;
        return await _listed.WaitAsync(patience, agent.Time, agent.Stopping) ? _list : Unreachable("it takes too long to list the machines");
    }

    private async Task<IReadOnlyList<VmState>?> AskAsync()
    {
        try
        {
            var vms = await agent.Hypervisor.ListVmsAsync(agent.Stopping);
            if (!_isReachable)
                agent.Log.HypervisorBack();
            _isReachable = true;
            return vms;
        }
        catch (HypervisorException e)
        {
            return Unreachable(e.Message);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private IReadOnlyList<VmState>? Unreachable(string error)
    {
        if (_isReachable)
            agent.Log.HypervisorLost(error);
        _isReachable = false;
        return null;
    }

    private async Task SendAsync(HostReport report)
    {
        try
        {
            // While the broker is away, what was offered hangs in its client; when it is back, the newest report must come first.
            using var life = new CancellationTokenSource(OfferedMax, agent.Time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(agent.Stopping, life.Token);
            await agent.Bus.OfferAsync(AgentQueues.HostReports, report, end.Token);
            AgentInstruments.Reports.Add(1, new KeyValuePair<string, object?>("host", agent.Host.Value));
            if (!_isHeard)
                agent.Log.ReportsSent();
            _isHeard = true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !agent.Stopping.IsCancellationRequested)
        {
            if (_isHeard)
                agent.Log.ReportsNotSent(e is OperationCanceledException ? $"it takes longer than {OfferedMax.TotalSeconds:0} s" : e.Message);
            _isHeard = false;
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }
}
