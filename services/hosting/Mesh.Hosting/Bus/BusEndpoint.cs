using MassTransit;

namespace Mesh.Hosting.Bus;

/// <summary>One registered handler: which queue it listens to (null for a subscription of its own) and how it is attached.</summary>
internal sealed record BusEndpoint(
    string? Queue,
    QueueTraits Traits,
    Action<IReceiveEndpointConfigurator, IServiceProvider> Attach);

/// <summary>How a queue treats what lies in it.</summary>
[Flags]
internal enum QueueTraits
{
    None = 0,

    /// <summary>One message at a time, in the order of arrival.</summary>
    Ordered = 1,

    /// <summary>Holds one message type of plain JSON, so that its sender need not name the type.</summary>
    AgentFacing = 2,

    /// <summary>Bounded; the oldest message makes room for the newest.</summary>
    NewestCounts = 4,
}
