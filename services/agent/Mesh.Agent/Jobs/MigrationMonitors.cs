using System.Collections.Concurrent;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Hosting.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>The outgoing jobs of a host that the mesh began and that have not ended; one per machine at most.</summary>
internal sealed class MigrationMonitors(AgentContext agent)
{
    private readonly ConcurrentDictionary<VmId, (MigrationMonitor Follower, Task Running)> _running = [];

    public IEnumerable<MigrationMonitor> All => _running.Values.Select(one => one.Follower);

    public MigrationMonitor? Find(VmId vm) => _running.TryGetValue(vm, out var one) ? one.Follower : null;

    /// <summary>The follower of one attempt; null if its job does not run.</summary>
    public MigrationMonitor? Find(MigrationRecord record) =>
        Find(record.VmId) is { } monitor && monitor.Record is var known && known.MigrationId == record.MigrationId && known.Epoch == record.Epoch
            ? monitor
            : null;

    /// <summary>Follows a job, which is begun first if it is new.</summary>
    /// <param name="record">The job, recorded as started.</param>
    /// <param name="isNew">Whether it is to be begun.</param>
    /// <param name="downtime">The downtime limit that was set for it; null if unknown.</param>
    public MigrationMonitor Start(MigrationRecord record, bool isNew, TimeSpan? downtime = null)
    {
        var monitor = new MigrationMonitor(agent, record, isNew);
        if (downtime is { } limit)
            monitor.SetDowntimeLimit(limit);

        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_running.TryAdd(record.VmId, (monitor, RunAsync(monitor, begin.Task))))
            throw new InvalidOperationException($"a job of {record.VmId} is followed already");
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
            await monitor.RunAsync(ended: () => _running.TryRemove(monitor.VmId, out _));
        }
        finally
        {
            AgentMetrics.RunningJobs.Add(-1, host);
        }
    }
}
