using System.Collections.Concurrent;
using Mesh.Agent.Running;
using Mesh.Agent.State;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>The outgoing jobs of a host that the mesh began and that have not ended; one per machine at most.</summary>
internal sealed class Followers(AgentContext agent)
{
    private readonly ConcurrentDictionary<VmId, (JobFollower Follower, Task Running)> _running = [];

    public IEnumerable<JobFollower> All => _running.Values.Select(one => one.Follower);

    public JobFollower? Of(VmId vm) => _running.TryGetValue(vm, out var one) ? one.Follower : null;

    /// <summary>The follower of one attempt; null if its job does not run.</summary>
    public JobFollower? Of(MigrationRecord record) =>
        Of(record.VmId) is { } follower && follower.Record is var known && known.MigrationId == record.MigrationId && known.Epoch == record.Epoch
            ? follower
            : null;

    /// <summary>Follows a job, which is begun first if it is new.</summary>
    /// <param name="record">The job, recorded as started.</param>
    /// <param name="isNew">Whether it is to be begun.</param>
    /// <param name="downtime">The downtime limit that was set for it; null if unknown.</param>
    public JobFollower Follow(MigrationRecord record, bool isNew, TimeSpan? downtime = null)
    {
        var follower = new JobFollower(agent, record, isNew);
        if (downtime is { } limit)
            follower.NoteDowntime(limit);

        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_running.TryAdd(record.VmId, (follower, RunAsync(follower, begin.Task))))
            throw new InvalidOperationException($"a job of {record.VmId} is followed already");
        begin.SetResult();
        return follower;
    }

    public Task StoppedAsync() => Task.WhenAll(_running.Values.Select(one => one.Running));

    private async Task RunAsync(JobFollower follower, Task begin)
    {
        await begin;
        var host = new KeyValuePair<string, object?>("host", agent.Host.Value);
        AgentInstruments.RunningMigrations.Add(1, host);
        try
        {
            await follower.RunAsync(ended: () => _running.TryRemove(follower.VmId, out _));
        }
        finally
        {
            AgentInstruments.RunningMigrations.Add(-1, host);
        }
    }
}
