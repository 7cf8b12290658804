using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>
/// Admits a migration that waits: to prepare its destination, and, if <see cref="MayTransfer"/>, to copy as soon as that is done. Sent once
/// more with <see cref="MayTransfer"/> for one that was admitted to prepare only. Answered by <see cref="AdmissionAnswer"/>.
/// </summary>
[MessageName("admit-migration")]
public sealed record AdmitMigration
{
    /// <summary>The migration.</summary>
    public required MigrationId Id { get; init; }

    /// <summary>Number of the attempt that begins or goes on, 1 for the first; an admission to another attempt is not taken.</summary>
    public required int Attempt { get; init; }

    /// <summary>The scheduler's turn (<see cref="ReadFleet.PassEpoch"/>); an older one than the newest is not taken.</summary>
    public required long PassEpoch { get; init; }

    /// <summary>Where the machine was in the turn: its slot there was counted, so that an admission from another host is not taken. Null if that is not to be compared.</summary>
    public HostName? Source { get; init; }

    /// <summary>Where it goes.</summary>
    public required HostName Destination { get; init; }

    /// <summary>Whether it may begin to copy when the destination is ready.</summary>
    public bool MayTransfer { get; init; }

    /// <summary>
    /// Whether the turn has counted it among those that may change over to post-copy: one that may by now and was not counted is not let
    /// copy. Null if that is not to be compared.
    /// </summary>
    public bool? PostCopy { get; init; }

    /// <summary>Its share of the link, where the request and its policy set no limit; null for no limit.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>Why this host; null in an admission that only lets it copy.</summary>
    public PlacementDecision? Placement { get; init; }
}
