namespace Mesh.Contracts.Policies;

/// <summary>How many migrations may run at once under a policy, for the scheduler: the stricter of this and the scheduler's own limit applies. Null for the scheduler's limit alone.</summary>
public sealed record PolicyConcurrency
{
    /// <summary>In the whole mesh; 1 or more.</summary>
    public int? Cluster { get; init; }

    /// <summary>Away from one host; 1 or more.</summary>
    public int? OutboundPerHost { get; init; }

    /// <summary>To one host; 1 or more.</summary>
    public int? InboundPerHost { get; init; }
}
