using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>
/// Admits a queued migration: to prepare its destination, and, if <see cref="MayTransfer"/>, to copy as soon as that is done. Sent once
/// more with <see cref="MayTransfer"/> for one that was admitted to prepare only. Answered by <see cref="AdmissionAnswer"/>.
/// </summary>
[MessageName("admit-migration")]
public sealed record AdmitMigration
{
    /// <summary>The migration.</summary>
    public required MigrationId Id { get; init; }

    /// <summary>Number of the attempt to start or continue, 1 for the first; an admission of another attempt is rejected.</summary>
    public required int Attempt { get; init; }

    /// <summary>The scheduling pass (<see cref="ReadFleet.PassEpoch"/>); a pass older than the newest is rejected.</summary>
    public required long PassEpoch { get; init; }

    /// <summary>Where the VM was in the pass: its slot there was counted, so an admission from another host is rejected. Null: not compared.</summary>
    public HostName? Source { get; init; }

    /// <summary>The destination.</summary>
    public required HostName Destination { get; init; }

    /// <summary>Whether it may start copying when the destination is ready.</summary>
    public bool MayTransfer { get; init; }

    /// <summary>
    /// Whether the pass counted it among those that may switch to post-copy: one that may by now and was not counted is not admitted to
    /// copy. Null: not compared.
    /// </summary>
    public bool? PostCopy { get; init; }

    /// <summary>Its share of the link, if the request and its policy set no limit; null for no limit.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>Why this host; null in an admission that only allows copying.</summary>
    public PlacementDecision? Placement { get; init; }
}
