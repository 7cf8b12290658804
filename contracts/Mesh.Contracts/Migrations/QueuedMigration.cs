using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>A queued migration.</summary>
/// <param name="Position">Its position in the queue, 1 for the next.</param>
/// <param name="Id">The migration.</param>
/// <param name="VmName">The VM.</param>
/// <param name="Source">Where it is; null if unknown.</param>
/// <param name="Destination">The destination; null until it is decided.</param>
/// <param name="Phase"><see cref="MigrationPhase.Queued"/>, or <see cref="MigrationPhase.Ready"/> for one that is prepared and waits to copy.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="WaitingSince">Since when it waits.</param>
/// <param name="WaitReason">What it waits for.</param>
/// <param name="ExpectedStart">When it is expected to start; null if unknown.</param>
public sealed record QueuedMigration(
    int Position,
    MigrationId Id,
    string VmName,
    HostName? Source,
    HostName? Destination,
    MigrationPhase Phase,
    MigrationPriority Priority,
    DateTimeOffset WaitingSince,
    string WaitReason,
    DateTimeOffset? ExpectedStart = null);
