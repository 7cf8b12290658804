using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>How the size of what is copied is counted for times that are given per GiB: memory and copied disks.</summary>
public sealed record DataSizeRule
{
    /// <summary>What a GiB is: 2^30 bytes unless given; KubeVirt's is 10^9.</summary>
    public Bytes Unit { get; init; } = new(1L << 30);

    /// <summary>Whether the sum is rounded up to whole units.</summary>
    public bool RoundUp { get; init; }

    /// <summary>Memory counts for at least so many units; 0 or more (Nova: 2).</summary>
    public double MemoryAtLeast { get; init; }

    /// <summary>Each copied disk counts for at least so many units; 0 or more (Nova: 2).</summary>
    public double DiskAtLeast { get; init; }

    /// <summary>The whole counts for at least so many units; 0 or more.</summary>
    public double SumAtLeast { get; init; }

    /// <summary>Whether a time worked out from the size is cut to whole seconds (Nova).</summary>
    public bool WholeSeconds { get; init; }
}
