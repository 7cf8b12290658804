using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>One VM of a drain.</summary>
public sealed record DrainMove
{
    /// <summary>The VM.</summary>
    public required VmId Vm { get; init; }

    /// <summary>Its name.</summary>
    public required string VmName { get; init; }

    /// <summary>Where it was when it was planned.</summary>
    public required HostName From { get; init; }

    /// <summary>Where it is planned to go, or has gone.</summary>
    public required HostName To { get; init; }

    /// <summary>Where it stands.</summary>
    public DrainMoveState State { get; init; }

    /// <summary>The newest migration that moves it; null before the first.</summary>
    public MigrationId? Migration { get; init; }

    /// <summary>How often it was asked for.</summary>
    public int Attempts { get; init; }

    /// <summary>Not asked for before this time, because it failed before; null for at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Memory and copied disks.</summary>
    public required Bytes DataSize { get; init; }

    /// <summary>When it starts by the plan, counted from the planning.</summary>
    public TimeSpan StartOffset { get; init; }

    /// <summary>How long it is predicted to take.</summary>
    public required TimeSpan EstimatedDuration { get; init; }

    /// <summary>Whether it has its links to itself, because it writes too fast to be copied beside others.</summary>
    public bool Exclusive { get; init; }

    /// <summary>Details, such as why it failed; may be empty.</summary>
    public string Message { get; init; } = "";
}
