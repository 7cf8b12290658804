namespace Mesh.Policy.Model;

/// <summary>What the adaptive rule remembers between looks. Kept with the plan as JSON; times are since the copying began.</summary>
public sealed record AdaptiveState
{
    /// <summary>Nothing remembered yet.</summary>
    public static readonly AdaptiveState Empty = new();

    /// <summary>Whether it has looked at the migration at all.</summary>
    public bool HasBegun { get; init; }

    /// <summary>When a knob was last changed; null if none was.</summary>
    public TimeSpan? ChangedAt { get; init; }

    /// <summary>How many passes had been seen to end when the machine was last slowed down.</summary>
    public long ThrottledAfterPasses { get; init; }

    /// <summary>When it should have ended by the first prediction since the last change, with time to spare; null before there was one.</summary>
    public TimeSpan? ExpectedBy { get; init; }

    /// <summary>Since when slowing down, post-copy or suspending has been called for; null while nothing of that kind is.</summary>
    public TimeSpan? NeededSince { get; init; }

    /// <summary>Since when nothing that is permitted would help; null while something does.</summary>
    public TimeSpan? HopelessSince { get; init; }
}
