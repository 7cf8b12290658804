using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>Where a migrating machine is, by the words of both hosts.</summary>
public enum ObservedLocation
{
    /// <summary>The words do not settle it; the machine counts as migrating from the source.</summary>
    Migrating,

    /// <summary>It runs on the source and the destination does not have it: the migration failed.</summary>
    OnSource,

    /// <summary>It runs on the destination and the source does not have it: the migration succeeded.</summary>
    OnDestination,

    /// <summary>Neither host runs it, nor can.</summary>
    Nowhere,

    /// <summary>It runs on the destination, and a paused copy is left on the source that must never run again.</summary>
    OrphanOnSource,

    /// <summary>Post-copy lost its connection: half of the memory is on either host, and both stand still.</summary>
    PostCopyFailed,
}

/// <summary>One of the two hosts of a migration.</summary>
public enum MigrationSide
{
    /// <summary>The host that the machine leaves.</summary>
    Source,

    /// <summary>The host that it goes to.</summary>
    Destination,
}

/// <summary>A row of the table: what the machine's status is and where, and what that means for its migration.</summary>
/// <param name="Status">The machine's status in the mesh.</param>
/// <param name="RunsOn">Where it is; null if nowhere.</param>
/// <param name="Location">What follows for the migration.</param>
public sealed record TwoSidedStatusRow(VmStatus Status, MigrationSide? RunsOn, ObservedLocation Location);

/// <summary>The two-sided status table of seed <c>ovirt-vm-migration-states</c>.</summary>
public static class TwoSidedStatus
{
    private static readonly TwoSidedStatusRow Unsettled = new(VmStatus.MigratingFrom, MigrationSide.Source, ObservedLocation.Migrating);

    /// <summary>Reads the table; a word that is missing leaves the machine migrating from the source.</summary>
    public static TwoSidedStatusRow Lookup(VmStatus? source, VmStatus? destination) => (source, destination) switch
    {
        // The seed's eight rows; the five that are not written here are those that leave it migrating.
        (VmStatus.Down, VmStatus.Down) => new(VmStatus.Down, null, ObservedLocation.Nowhere),
        (VmStatus.Down, VmStatus.Up) => new(VmStatus.Up, MigrationSide.Destination, ObservedLocation.OnDestination),
        (VmStatus.Up, VmStatus.Down) => new(VmStatus.Up, MigrationSide.Source, ObservedLocation.OnSource),

        // Paused is as much there as running: by a person, or by a migration that ended at the wrong moment.
        (VmStatus.Down, VmStatus.Paused) => new(VmStatus.Paused, MigrationSide.Destination, ObservedLocation.OnDestination),
        (VmStatus.Paused, VmStatus.Down) => new(VmStatus.Paused, MigrationSide.Source, ObservedLocation.OnSource),

        // Up is said only of a machine that needs nothing from the source any more, so that the copy there is of no use.
        (VmStatus.Paused or VmStatus.PostCopyFailed, VmStatus.Up) => new(VmStatus.Up, MigrationSide.Destination, ObservedLocation.OrphanOnSource),

        // Post-copy: the memory is on both hosts, and with either of them half of it is gone.
        (VmStatus.PostCopyFailed, VmStatus.Down) or (VmStatus.Down, VmStatus.PostCopyFailed) => new(VmStatus.Down, null, ObservedLocation.Nowhere),
        (VmStatus.PostCopyFailed, VmStatus.PostCopyFailed or VmStatus.MigratingTo or VmStatus.Paused) or (VmStatus.MigratingFrom, VmStatus.PostCopyFailed) =>
            new(VmStatus.PostCopyFailed, MigrationSide.Destination, ObservedLocation.PostCopyFailed),
        _ => Unsettled,
    };
}
