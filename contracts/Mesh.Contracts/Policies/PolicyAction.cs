using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>What a step does, with the value that its kind needs.</summary>
public sealed record PolicyAction
{
    /// <summary>What is done.</summary>
    public required PolicyActionKind Kind { get; init; }

    /// <summary>The new downtime limit of <see cref="PolicyActionKind.SetDowntime"/>; null if it is multiplied.</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>What the downtime limit is multiplied by, more than 1; null if it is set.</summary>
    public double? DowntimeFactor { get; init; }

    /// <summary>The maximum of a multiplied downtime limit; null for QEMU's 2000 s.</summary>
    public TimeSpan? DowntimeMax { get; init; }

    /// <summary>The bandwidth limit of <see cref="PolicyActionKind.SetBandwidth"/>; null for no limit.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>The throttle of <see cref="PolicyActionKind.Throttle"/>, 1 to 99.</summary>
    public Percent? Throttle { get; init; }
}
