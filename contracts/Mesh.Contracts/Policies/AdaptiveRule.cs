using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>
/// The mesh's own rule: the mildest permitted action that completes the migration within the downtime budget. Downtime limit
/// first, then throttling, then post-copy, then suspending; aborting only if none of them suffices.
/// </summary>
public sealed record AdaptiveRule
{
    /// <summary>The number of passes over memory before the first action; 2 or more.</summary>
    public int MinPasses { get; init; } = 3;

    /// <summary>The minimum time between two changes.</summary>
    public TimeSpan ChangeInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The maximum throttle, 1 to 99.</summary>
    public Percent ThrottleMax { get; init; } = new(95);

    /// <summary>How long a hopeless migration is observed before it is aborted, if nothing else is permitted.</summary>
    public TimeSpan NonConvergenceTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
