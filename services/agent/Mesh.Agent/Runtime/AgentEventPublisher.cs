using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Runtime;

/// <summary>Creates the events of an attempt and sends them, in order and until the broker has accepted them.</summary>
internal sealed class AgentEventPublisher(AgentContext agent, AgentStore store, ReliableSender sender)
{
    private long _eventNumber;

    public JobEnded CreateEnded(MigrationRecord record, JobResult result, string error, bool usedPostCopy, MigrationSample? sample) =>
        WithHeader(record, new JobEnded { Result = result, Error = error, UsedPostCopy = usedPostCopy, Sample = sample });

    public ValueTask PublishStalledAsync(MigrationRecord record, TimeSpan stalledFor) =>
        PublishAsync(WithHeader(record, new JobStalled { StalledFor = stalledFor }));

    public ValueTask PublishLimitReachedAsync(MigrationRecord record, HardLimit limit, TimeSpan value) =>
        PublishAsync(WithHeader(record, new LimitReached { Limit = limit, Value = value }));

    /// <summary>Publishes the end of a job. It is on record, so a later agent process sends it again until the broker has accepted it.</summary>
    public ValueTask PublishEndedAsync(JobEnded ended) => sender.EnqueueAsync(AgentQueues.AgentEvents, (AgentEvent)ended with { HostUuid = agent.HostUuid }, () => MarkEndSent(ended), agent.Stopping);

    private ValueTask PublishAsync(AgentEvent agentEvent) => sender.EnqueueAsync(AgentQueues.AgentEvents, agentEvent with { HostUuid = agent.HostUuid }, null, agent.Stopping);

    /// <summary>The event with its header. It keeps its identity when it is sent again, even by another process.</summary>
    private T WithHeader<T>(MigrationRecord record, T agentEvent)
        where T : AgentEvent => agentEvent with
        {
            EventId = AgentEventId.Create(record.MigrationId, record.Epoch, agent.AgentEpoch, Interlocked.Increment(ref _eventNumber)),
            Host = agent.Host,
            MigrationId = record.MigrationId,
            Epoch = record.Epoch,
            VmId = record.VmId,
            At = agent.Now,
        };

    private void MarkEndSent(JobEnded ended)
    {
        if (store.Find(ended.MigrationId, ended.Epoch) is { } record)
            store.UpdateSourceBestEffort(record, source => source with { IsEndSent = true });
    }
}
