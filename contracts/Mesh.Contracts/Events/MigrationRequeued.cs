using Mesh.Contracts.Migrations;

namespace Mesh.Contracts.Events;

/// <summary>
/// An attempt failed, the VM runs on the source, and it waits for another host. <see cref="MigrationEvent.Destination"/> is the
/// host that failed.
/// </summary>
public sealed record MigrationRequeued : MigrationEvent
{
    /// <summary>Why the attempt failed.</summary>
    public required string Failure { get; init; }

    /// <summary>Who is to blame for the failure; only the destination counts against the host.</summary>
    public FailureCause Cause { get; init; }

    /// <summary>Number of the attempt that it waits for, 2 or more.</summary>
    public required int Attempt { get; init; }
}
