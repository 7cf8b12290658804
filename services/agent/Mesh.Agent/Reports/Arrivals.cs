using System.Collections.Concurrent;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Running;
using Mesh.Agent.State;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Reports;

/// <summary>The machines that this host was prepared for: whether they have come, and what the hypervisor knows of how they came.</summary>
internal sealed class Arrivals(AgentContext agent)
{
    private const int ReadsMax = 3;

    private readonly ConcurrentDictionary<VmId, (MigrationSample Sample, DateTimeOffset Until)> _received = [];
    private Task _reading = Task.CompletedTask;

    /// <summary>Ends when the last begun reading has ended.</summary>
    public Task StoppedAsync() => _reading;

    /// <summary>Whether the host was prepared for a machine that has not come yet.</summary>
    public bool Expects(VmId vm) => Expected().Any(record => record.VmId == vm);

    /// <summary>Samples of migrations that were received a short while ago.</summary>
    public IReadOnlyList<MigrationSample> Samples()
    {
        foreach (var (vm, received) in _received)
            if (agent.Now >= received.Until)
                _received.TryRemove(vm, out _);
        return [.. _received.Values.Select(received => received.Sample)];
    }

    /// <summary>Takes note of machines that run here now: nothing that was prepared for them may be removed any more.</summary>
    public void See(IReadOnlyList<VmState> vms)
    {
        foreach (var record in Expected())
            if (vms.Any(vm => vm.Id == record.VmId && vm.State is VmRunState.Running or VmRunState.RunningPostCopy or VmRunState.PostCopyFailed or VmRunState.Paused))
                Arrived(record);
    }

    public void Note(HypervisorEvent what)
    {
        if (what is VmLifecycleChanged { Change: VmLifecycle.Resumed, IsByMigration: true } && Expected().FirstOrDefault(record => record.VmId == what.VmId) is { } record)
            Arrived(record);
    }

    /// <summary>Of several attempts for one machine only the newest counts: what comes now, comes by that one.</summary>
    private IEnumerable<MigrationRecord> Expected() =>
        agent.Store.Record.Migrations
            .Where(record => record.Destination is not null)
            .GroupBy(record => record.VmId)
            .Select(attempts => attempts.MaxBy(record => record.Epoch)!)
            .Where(record => record.Destination is { HasArrived: false, IsCleanedUp: false });

    private void Arrived(MigrationRecord record)
    {
        agent.Log.VmArrived(record.VmId, record.MigrationId);
        agent.Store.Note(record, known => known with { Destination = known.Destination! with { HasArrived = true } });

        // Whatever slowed it down on the source it may have brought along: the inventory finds that.
        agent.InventorySoon.Give();
        _reading = ReadAsync(record);
    }

    /// <summary>libvirt tells that the machine runs a moment before it has closed the account of the job.</summary>
    private async Task ReadAsync(MigrationRecord record)
    {
        try
        {
            for (var attempt = 0; attempt < ReadsMax; attempt++)
            {
                if (await agent.Hypervisor.ReadCompletedJobAsync(record.VmId, agent.Stopping) is { } stats)
                {
                    var sample = Jobs.Samples.Of(record, stats, JobPhase.Completed, null, stats.Elapsed);
                    _received[record.VmId] = (sample, agent.Now + agent.Options.ReceivedSampleShown);
                    agent.ReportSoon.Give();
                    return;
                }

                await Task.Delay(agent.Options.Tick, agent.Time, agent.Stopping);
            }
        }
        catch (Exception e) when (e is HypervisorException or OperationCanceledException)
        {
            // The source has the numbers too; these are worth no more effort.
        }
    }
}
