using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Draining;

/// <summary>A machine whose move is to be given a time.</summary>
public sealed record PlannedMove
{
    /// <summary>Where it is.</summary>
    public required HostName From { get; init; }

    /// <summary>Where it goes.</summary>
    public required HostName To { get; init; }

    /// <summary>Memory and copied disks.</summary>
    public required Bytes DataSize { get; init; }

    /// <summary>The rate at which it writes memory anew; null where that is unknown.</summary>
    public BytesPerSecond? DirtyRate { get; init; }

    /// <summary>It does not begin sooner than this from now.</summary>
    public TimeSpan NotBefore { get; init; }

    /// <summary>Whether it is on its way already.</summary>
    public bool IsUnderWay { get; init; }

    /// <summary>How much of it has been done, 0 to 1; only for one that is under way.</summary>
    public double DoneFraction { get; init; }

    /// <summary>When it is forecast to be over, from now; null where nothing is forecast. Only for one that is under way.</summary>
    public TimeSpan? EndsAfter { get; init; }
}
