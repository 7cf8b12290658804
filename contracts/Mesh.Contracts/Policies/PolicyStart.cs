using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>What a migration starts with where its request says nothing else.</summary>
public sealed record PolicyStart
{
    /// <summary>Downtime limit; null leaves QEMU's 300 ms.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>Limit of pre-copy's data rate; null for none.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>Limit of post-copy's data rate; null for none.</summary>
    public BytesPerSecond? PostCopyBandwidth { get; init; }

    /// <summary>Whether QEMU's auto-converge is on.</summary>
    public bool AutoConverge { get; init; }

    /// <summary>First step of auto-converge, 1 to 99; null leaves QEMU's 20 %.</summary>
    public Percent? AutoConvergeInitial { get; init; }

    /// <summary>Every further step of auto-converge, 1 to 99; null leaves QEMU's 10 %.</summary>
    public Percent? AutoConvergeIncrement { get; init; }

    /// <summary>Whether post-copy is armed, where it is permitted.</summary>
    public bool PostCopy { get; init; }

    /// <summary>How memory is compressed, where that is permitted, in libvirt's words; empty for not at all.</summary>
    public IReadOnlyList<string> Compression { get; init; } = [];

    /// <summary>Parallel connections, 1 to 255; null for a single ordinary stream.</summary>
    public int? ParallelConnections { get; init; }
}
