using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>What a migration starts with unless its request specifies it.</summary>
public sealed record PolicyStart
{
    /// <summary>The downtime limit; null leaves QEMU's 300 ms.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>The pre-copy bandwidth limit; null for none.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>The post-copy bandwidth limit; null for none.</summary>
    public BytesPerSecond? PostCopyBandwidth { get; init; }

    /// <summary>Whether QEMU's auto-converge is on.</summary>
    public bool AutoConverge { get; init; }

    /// <summary>First step of auto-converge, 1 to 99; null leaves QEMU's 20 %.</summary>
    public Percent? AutoConvergeInitial { get; init; }

    /// <summary>Each further step of auto-converge, 1 to 99; null leaves QEMU's 10 %.</summary>
    public Percent? AutoConvergeIncrement { get; init; }

    /// <summary>Whether post-copy is armed, if it is permitted.</summary>
    public bool PostCopy { get; init; }

    /// <summary>How memory is compressed, if that is permitted, as libvirt names it; empty for not at all.</summary>
    public IReadOnlyList<string> Compression { get; init; } = [];

    /// <summary>Parallel connections, 1 to 255; null for a single ordinary stream.</summary>
    public int? ParallelConnections { get; init; }
}
