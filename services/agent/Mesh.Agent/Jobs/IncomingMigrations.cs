using System.Collections.Concurrent;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>The machines that this host was prepared for: whether they have come, and what the hypervisor knows of how they came.</summary>
internal sealed class IncomingMigrations(AgentContext agent)
{
    private const int ReadsMax = 3;

    private readonly ConcurrentDictionary<VmId, (MigrationSample Sample, DateTimeOffset Until)> _received = [];
    private Task _reading = Task.CompletedTask;

    /// <summary>Ends when the last begun reading has ended.</summary>
    public Task WaitForCompletionAsync() => _reading;

    /// <summary>Whether the host was prepared for a machine that has not come yet.</summary>
    public bool Expects(VmId vm) => FindPending().Any(record => record.VmId == vm);

    /// <summary>Samples of migrations that were received a short while ago.</summary>
    public IReadOnlyList<MigrationSample> GetSamples()
    {
        foreach (var (vm, received) in _received)
            if (agent.Now >= received.Until)
                _received.TryRemove(vm, out _);
        return [.. _received.Values.Select(received => received.Sample)];
    }

    /// <summary>Takes note of machines that run here now: nothing that was prepared for them may be removed any more.</summary>
    public void Observe(IReadOnlyList<VmState> vms)
    {
        foreach (var record in FindPending())
            if (vms.Any(vm => vm.Id == record.VmId && vm.State is VmRunState.Running or VmRunState.RunningPostCopy or VmRunState.PostCopyFailed or VmRunState.Paused))
                MarkArrived(record);
    }

    public void Handle(HypervisorEvent what)
    {
        if (what is VmLifecycleChanged { Change: VmLifecycle.Resumed, IsByMigration: true } && FindPending().FirstOrDefault(record => record.VmId == what.VmId) is { } record)
            MarkArrived(record);
    }

    /// <summary>Of several attempts for one machine only the newest counts: what comes now, comes by that one.</summary>
    private IEnumerable<MigrationRecord> FindPending() =>
        agent.Store.State.Migrations
            .Where(record => record.Destination is not null)
            .GroupBy(record => record.VmId)
            .Select(attempts => attempts.MaxBy(record => record.Epoch)!)
            .Where(record => record.Destination is { HasArrived: false, IsCleanedUp: false });

    private void MarkArrived(MigrationRecord record)
    {
        agent.Log.VmArrived(record.VmId, record.MigrationId);
        agent.Store.UpdateBestEffort(record, known => known with { Destination = known.Destination! with { HasArrived = true } });

        // Whatever slowed it down on the source it may have brought along: the inventory finds that.
        agent.InventoryRequested.Set();
        _reading = ReadCompletedJobAsync(record);
    }

    /// <summary>libvirt tells that the machine runs a moment before it has closed the account of the job.</summary>
    private async Task ReadCompletedJobAsync(MigrationRecord record)
    {
        try
        {
            for (var attempt = 0; attempt < ReadsMax; attempt++)
            {
                if (await agent.Hypervisor.ReadCompletedJobAsync(record.VmId, agent.Stopping) is { } job)
                {
                    var sample = Jobs.MigrationSampleFactory.Create(record, job.Copy, JobPhase.Completed, null);
                    _received[record.VmId] = (sample, agent.Now + agent.Options.IncomingSampleRetention);
                    agent.ReportRequested.Set();
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
