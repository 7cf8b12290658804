using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>The passes over memory that were seen since a policy began to count, by looks.</summary>
public sealed record PassStatistics
{
    /// <summary>The pass at the first look. libvirt's counter may begin anywhere, so passes are counted from here.</summary>
    public long FirstIteration { get; init; }

    /// <summary>The latest pass.</summary>
    public long LastIteration { get; init; }

    /// <summary>Whether that pass was new at the last look.</summary>
    public bool IsNewPass { get; init; }

    /// <summary>The least that ever remained at the beginning of a pass after the first one; null before there was any.</summary>
    public Bytes? LeastAtPassStart { get; init; }

    /// <summary>The pass that began so; the first one before there was any.</summary>
    public long LeastIteration { get; init; }

    /// <summary>The least that ever remained.</summary>
    public Bytes LeastRemaining { get; init; }

    /// <summary>When it did, as time since the copying began.</summary>
    public TimeSpan LeastAt { get; init; }

    /// <summary>What remained at the last look at which data had flowed; null before.</summary>
    public Bytes? LastFlowingRemaining { get; init; }

    /// <summary>How often more remained than at the look before, or nothing at all, while data flowed.</summary>
    public long Growths { get; init; }

    /// <summary>The rate at which data goes out in bytes per second, smoothed; 0 while it is unknown.</summary>
    public double Bandwidth { get; init; }
}
