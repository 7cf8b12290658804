using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Agents;

/// <summary>The source's migration job has ended.</summary>
public sealed record JobEnded : AgentEvent
{
    /// <summary>How it ended for the hypervisor.</summary>
    public required JobResult Result { get; init; }

    /// <summary>The hypervisor's error message; empty without one.</summary>
    [Limits(0, MessageLimits.LongTextLengthMax)]
    public required string Error { get; init; }

    /// <summary>Whether it had switched to post-copy, however briefly: samples may have missed it.</summary>
    public bool UsedPostCopy { get; init; }

    /// <summary>Whether the guest stopped on the source for another reason than the migration; false if it did not, or if that is not known.</summary>
    public bool GuestStopped { get; init; }

    /// <summary>The last telemetry, with the actual downtime of a completed job; null if the hypervisor has none.</summary>
    public MigrationSample? Sample { get; init; }
}
