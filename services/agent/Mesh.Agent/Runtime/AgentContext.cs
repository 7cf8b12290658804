using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.Runtime;

/// <summary>What the parts of one agent share.</summary>
internal sealed class AgentContext
{
    public required HostName Host { get; init; }

    public required AgentOptions Options { get; init; }

    public required IHypervisor Hypervisor { get; init; }

    public required IMessageBus Bus { get; init; }

    public required ReliableSender Sender { get; init; }

    public required AgentStore Store { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Start of this process of the agent, in milliseconds since 1970.</summary>
    public required long AgentEpoch { get; init; }

    /// <summary>Ends when the agent stops.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>Asks for a report before the next tick.</summary>
    public AsyncSignal ReportRequested { get; } = new();

    /// <summary>Asks for an inventory.</summary>
    public AsyncSignal InventoryRequested { get; } = new();

    private long _eventNumber;

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>The machines as they were last seen; those of before while the hypervisor does not answer.</summary>
    public IReadOnlyDictionary<VmId, VmState> VmStates { get; set; } = new Dictionary<VmId, VmState>();

    /// <summary>What a machine did when it was last seen; null if it was not there.</summary>
    public VmRunState? FindVmState(VmId vm) => VmStates.GetValueOrDefault(vm)?.State;

    /// <summary>An identity for something that happens now to an attempt; told again, even by another process, it keeps it.</summary>
    public AgentEventId NewEventId(MigrationRecord record) =>
        AgentEventId.Create(record.MigrationId, record.Epoch, AgentEpoch, Interlocked.Increment(ref _eventNumber));

    /// <summary>Tells the mesh of something that happened; the news of an end is repeated after a restart until the broker has it.</summary>
    public ValueTask PublishAsync(AgentEvent agentEvent) => Sender.EnqueueAsync(AgentQueues.AgentEvents, agentEvent, agentEvent is JobEnded ended ? () => MarkEndSent(ended) : null, Stopping);

    private void MarkEndSent(JobEnded ended)
    {
        if (Store.Find(ended.MigrationId, ended.Epoch) is { } record)
            Store.UpdateBestEffort(record, known => known with { Source = known.Source! with { IsEndSent = true } });
    }
}
