using System.Collections.Concurrent;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Core;

namespace Mesh.Agent.Jobs;

/// <summary>The monitors of a host's outgoing jobs that the mesh started and that have not ended; at most one per VM.</summary>
internal sealed class MigrationMonitors(AgentContext agent, MigrationMonitorFactory factory)
{
    private readonly ConcurrentDictionary<VmId, (MigrationMonitor Monitor, Task Running)> _running = [];

    public IEnumerable<MigrationMonitor> All => _running.Values.Select(one => one.Monitor);

    public MigrationMonitor? Find(VmId vm) => _running.TryGetValue(vm, out var one) ? one.Monitor : null;

    /// <summary>The monitor of one attempt; null if its job does not run.</summary>
    public MigrationMonitor? Find(MigrationRecord record) =>
        Find(record.VmId) is { } monitor && monitor.Job.Record is var known && known.MigrationId == record.MigrationId && known.Epoch == record.Epoch
            ? monitor
            : null;

    /// <summary>Monitors a job, which is started first if it is new.</summary>
    /// <param name="record">The job, recorded as started.</param>
    /// <param name="isNew">The job is yet to be started.</param>
    /// <param name="downtime">The downtime limit that was set for it; null if unknown.</param>
    public MigrationMonitor Start(MigrationRecord record, bool isNew, TimeSpan? downtime = null)
    {
        var monitor = factory.Create(record, isNew);
        if (downtime is { } limit)
            monitor.Controls.Downtime.SetLimit(limit);

        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_running.TryAdd(record.VmId, (monitor, RunAsync(monitor, begin.Task))))
            throw new InvalidOperationException($"a job of {record.VmId} is already monitored");
        begin.SetResult();
        return monitor;
    }

    public Task WaitForCompletionAsync() => Task.WhenAll(_running.Values.Select(one => one.Running));

    private async Task RunAsync(MigrationMonitor monitor, Task begin)
    {
        await begin;
        var host = new KeyValuePair<string, object?>(TelemetryNames.Tags.HostName, agent.Host.Value);
        AgentMetrics.RunningJobs.Add(1, host);
        try
        {
            await monitor.RunAsync(ended: () => _running.TryRemove(monitor.Job.VmId, out _));
        }
        finally
        {
            AgentMetrics.RunningJobs.Add(-1, host);
        }
    }
}
