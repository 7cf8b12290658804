using Mesh.Agent.Hypervisors;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Running;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.Running;

/// <summary>What the parts of one agent share.</summary>
internal sealed class AgentContext
{
    public required HostName Host { get; init; }

    public required AgentOptions Options { get; init; }

    public required IHypervisor Hypervisor { get; init; }

    public required IMessageBus Bus { get; init; }

    public required Postman Postman { get; init; }

    public required AgentStore Store { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Start of this process of the agent, in milliseconds since 1970.</summary>
    public required long AgentEpoch { get; init; }

    /// <summary>Ends when the agent stops.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>Asks for a report before the next tick.</summary>
    public AsyncSignal ReportSoon { get; } = new();

    /// <summary>Asks for an inventory.</summary>
    public AsyncSignal InventorySoon { get; } = new();

    private long _eventsTold;

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>The machines as they were last seen; those of before while the hypervisor does not answer.</summary>
    public IReadOnlyDictionary<VmId, VmState> States { get; set; } = new Dictionary<VmId, VmState>();

    /// <summary>What a machine did when it was last seen; null if it was not there.</summary>
    public VmRunState? StateOf(VmId vm) => States.GetValueOrDefault(vm)?.State;

    /// <summary>An identity for something that happens now to an attempt; told again, even by another process, it keeps it.</summary>
    public AgentEventId NewEventId(MigrationRecord record) =>
        AgentEventId.Of(record.MigrationId, record.Epoch, AgentEpoch, Interlocked.Increment(ref _eventsTold));

    /// <summary>Tells the mesh of something that happened; the news of an end is repeated after a restart until the broker has it.</summary>
    public ValueTask TellAsync(AgentEvent news) => Postman.PostAsync(AgentQueues.AgentEvents, news, news is JobEnded ended ? () => Delivered(ended) : null, Stopping);

    private void Delivered(JobEnded ended)
    {
        if (Store.Find(ended.MigrationId, ended.Epoch) is { } record)
            Store.Note(record, known => known with { Source = known.Source! with { IsEndDelivered = true } });
    }
}
