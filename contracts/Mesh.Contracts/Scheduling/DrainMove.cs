using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>One VM of a drain.</summary>
public sealed record DrainMove
{
    /// <summary>The VM.</summary>
    public required VmId Vm { get; init; }

    /// <summary>Its name.</summary>
    public required string VmName { get; init; }

    /// <summary>The host on which it was when the drain was planned.</summary>
    public required HostName From { get; init; }

    /// <summary>The planned destination, or the actual one once it has moved.</summary>
    public required HostName To { get; init; }

    /// <summary>The state of the move.</summary>
    public DrainMoveState State { get; init; }

    /// <summary>The newest migration that moves it; null before the first.</summary>
    public MigrationId? Migration { get; init; }

    /// <summary>How many migrations were requested for it.</summary>
    public int Attempts { get; init; }

    /// <summary>No migration is requested before this time, because an earlier one failed; null for no wait.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Memory and copied disks.</summary>
    public required Bytes DataSize { get; init; }

    /// <summary>The planned start, relative to the time of planning.</summary>
    public TimeSpan StartOffset { get; init; }

    /// <summary>The predicted duration.</summary>
    public required TimeSpan EstimatedDuration { get; init; }

    /// <summary>Whether it gets its links exclusively, because it dirties memory too fast to share them.</summary>
    public bool Exclusive { get; init; }

    /// <summary>Details, such as why it failed; may be empty.</summary>
    public string Message { get; init; } = "";
}
