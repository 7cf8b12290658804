using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>What the stall detector remembers; times are since the copying began.</summary>
public sealed record StallState
{
    /// <summary>New lows within the window that may become <see cref="LeastBeforeWindow"/>, oldest and highest first.</summary>
    public IReadOnlyList<PassStart> Candidates { get; init; } = [];

    /// <summary>The least that remained at the beginning of a pass longer ago than the window; null before there was any.</summary>
    public Bytes? LeastBeforeWindow { get; init; }

    /// <summary>Whether a stall was found.</summary>
    public bool IsStalled { get; init; }

    /// <summary>What a local minimum is measured by.</summary>
    public Bytes BestRemaining { get; init; }

    /// <summary>What remained at the beginning of passes since the stall and was not yet the best, the least first.</summary>
    public IReadOnlyList<Bytes> NextBest { get; init; } = [];

    /// <summary>How long the next best is waited for.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>When the next best will do.</summary>
    public TimeSpan RelaxAt { get; init; }

    /// <summary>What remained when the last pass began; null before one was seen to begin.</summary>
    public Bytes? LastPassStart { get; init; }

    /// <summary>Whether a switch-over was ordered.</summary>
    public bool IsSwitching { get; init; }
}

/// <summary>What remained when a pass over memory began.</summary>
/// <param name="At">When, as time since the copying began.</param>
/// <param name="Remaining">What remained.</param>
public sealed record PassStart(TimeSpan At, Bytes Remaining);
