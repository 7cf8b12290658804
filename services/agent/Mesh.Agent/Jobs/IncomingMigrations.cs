using System.Collections.Concurrent;
using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>The VMs that this host was prepared for: whether they have arrived, and the statistics that the hypervisor has of their jobs.</summary>
internal sealed class IncomingMigrations(AgentContext agent, AgentOptions options, IHypervisor hypervisor, AgentStore store, AgentSignals signals)
{
    private const int ReadsMax = 3;

    private readonly ConcurrentDictionary<VmId, (MigrationSample Sample, DateTimeOffset Until)> _received = [];
    private Task _reading = Task.CompletedTask;

    public Task WaitForCompletionAsync() => _reading;

    /// <summary>Whether the host was prepared for a VM that has not arrived yet.</summary>
    public bool Expects(VmId vm) => FindPending().Any(record => record.VmId == vm);

    /// <summary>The final samples of migrations that completed recently.</summary>
    public IReadOnlyList<MigrationSample> GetSamples()
    {
        foreach (var (vm, received) in _received)
            if (agent.Now >= received.Until)
                _received.TryRemove(vm, out _);
        return [.. _received.Values.Select(received => received.Sample)];
    }

    /// <summary>Marks VMs that run here now: nothing that was prepared for them may be removed any more.</summary>
    public void Observe(IReadOnlyList<VmState> vms)
    {
        foreach (var record in FindPending())
            if (vms.Any(vm => vm.Id == record.VmId && vm.State is VmRunState.Running or VmRunState.RunningPostCopy or VmRunState.PostCopyFailed or VmRunState.Paused))
                MarkArrived(record);
    }

    public void Handle(HypervisorEvent hypervisorEvent)
    {
        if (hypervisorEvent is VmLifecycleChanged { Change: VmLifecycle.Resumed, IsByMigration: true }
            && FindPending().FirstOrDefault(record => record.VmId == hypervisorEvent.VmId) is { } record)
            MarkArrived(record);
    }

    /// <summary>Of several attempts for one VM only the newest counts: a VM that arrives now arrives by that one.</summary>
    private IEnumerable<MigrationRecord> FindPending() =>
        store.State.Migrations
            .Where(record => record.Destination is not null)
            .GroupBy(record => record.VmId)
            .Select(attempts => attempts.MaxBy(record => record.Epoch)!)
            .Where(record => record.Destination is { HasArrived: false, IsCleanedUp: false });

    private void MarkArrived(MigrationRecord record)
    {
        agent.Log.VmArrived(record.VmId, record.MigrationId);
        store.UpdateDestinationBestEffort(record, destination => destination with { HasArrived = true });

        // It may have brought a throttle along from the source: the inventory finds that.
        signals.InventoryRequested.Set();
        _reading = ReadCompletedJobAsync(record);
    }

    /// <summary>libvirt reports that the VM runs a moment before it has the job's final statistics.</summary>
    private async Task ReadCompletedJobAsync(MigrationRecord record)
    {
        try
        {
            for (var attempt = 0; attempt < ReadsMax; attempt++)
            {
                if (await hypervisor.ReadCompletedJobAsync(record.VmId, agent.Stopping) is { } job)
                {
                    var sample = MigrationSampleFactory.Create(record, job.Copy, JobPhase.Completed, null);
                    _received[record.VmId] = (sample, agent.Now + options.IncomingSampleRetention);
                    signals.ReportRequested.Set();
                    return;
                }

                await Task.Delay(options.Tick, agent.Time, agent.Stopping);
            }
        }
        catch (Exception e) when (e is HypervisorException or OperationCanceledException)
        {
            // The source has the statistics too; they are not worth more effort here.
        }
    }
}
