using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>
/// The mesh's own rule: the mildest permitted knob that brings the migration to its end within the downtime budget. Downtime limit
/// first, then throttling, then post-copy, then suspending; aborting only where none of them will do.
/// </summary>
public sealed record AdaptiveRule
{
    /// <summary>No knob is touched before so many passes over memory have been seen; 2 or more.</summary>
    public int MinPasses { get; init; } = 3;

    /// <summary>The least time between two changes.</summary>
    public TimeSpan ChangeInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The most that the VM is slowed down, 1 to 99.</summary>
    public Percent ThrottleMax { get; init; } = new(95);

    /// <summary>How long a hopeless migration is watched before it is aborted, where nothing else is permitted.</summary>
    public TimeSpan NonConvergenceTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
