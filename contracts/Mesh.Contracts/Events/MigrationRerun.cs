using Mesh.Contracts.Values;

namespace Mesh.Contracts.Events;

/// <summary>
/// An attempt failed, the machine runs on the source, and the next host is tried. <see cref="MigrationEvent.Destination"/> is the
/// host that failed.
/// </summary>
public sealed record MigrationRerun : MigrationEvent
{
    /// <summary>Why the attempt failed, in words.</summary>
    public required string Failure { get; init; }

    /// <summary>The host that is tried now.</summary>
    public required HostName Next { get; init; }

    /// <summary>Number of the attempt that begins, 2 or more.</summary>
    public required int Attempt { get; init; }
}
