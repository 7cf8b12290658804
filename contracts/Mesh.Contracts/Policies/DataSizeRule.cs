using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>How the size of memory and copied disks is counted for times that are given per GiB.</summary>
public sealed record DataSizeRule
{
    /// <summary>The size of a GiB: 2^30 bytes unless given; KubeVirt's is 10^9.</summary>
    public Bytes Unit { get; init; } = new(1L << 30);

    /// <summary>Whether the sum is rounded up to whole units.</summary>
    public bool RoundUp { get; init; }

    /// <summary>Memory counts as at least this many units; 0 or more (Nova: 2).</summary>
    public double MemoryAtLeast { get; init; }

    /// <summary>Each copied disk counts as at least this many units; 0 or more (Nova: 2).</summary>
    public double DiskAtLeast { get; init; }

    /// <summary>The sum counts as at least this many units; 0 or more.</summary>
    public double SumAtLeast { get; init; }

    /// <summary>Whether a time calculated from the size is truncated to whole seconds (Nova).</summary>
    public bool WholeSeconds { get; init; }
}
