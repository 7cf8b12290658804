using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>Where a migrating VM is, by both hosts' reports.</summary>
public enum ObservedLocation
{
    /// <summary>The reports do not settle it; the VM counts as migrating from the source.</summary>
    Migrating,

    /// <summary>It runs on the source and the destination does not have it: the migration failed.</summary>
    OnSource,

    /// <summary>It runs on the destination and the source does not have it: the migration succeeded.</summary>
    OnDestination,

    /// <summary>Neither host runs it or can run it.</summary>
    Nowhere,

    /// <summary>It runs on the destination, and the source has a stale paused copy that must never run again.</summary>
    OrphanOnSource,

    /// <summary>Post-copy lost its connection: the memory is split between the hosts, and the VM is paused on both.</summary>
    PostCopyFailed,

    /// <summary>The source does not have it, and the destination still waits for memory: if that goes on, none will come.</summary>
    Stranded,

    /// <summary>The reports contradict each other, and no rule of the table says where it is.</summary>
    Contradictory,
}

/// <summary>One of the two hosts of a migration.</summary>
public enum MigrationSide
{
    /// <summary>The host that the VM leaves.</summary>
    Source,

    /// <summary>The host that the VM goes to.</summary>
    Destination,
}

/// <summary>A row of the table: the VM's status, where it is, and what that means for its migration.</summary>
/// <param name="Status">The VM's status in the mesh.</param>
/// <param name="RunsOn">Where it is; null if nowhere.</param>
/// <param name="Location">What it means for the migration.</param>
public sealed record TwoSidedStatusRow(VmStatus Status, MigrationSide? RunsOn, ObservedLocation Location);

/// <summary>The two-sided status table of seed <c>ovirt-vm-migration-states</c>.</summary>
public static class TwoSidedStatus
{
    private static readonly TwoSidedStatusRow Unsettled = new(VmStatus.MigratingFrom, MigrationSide.Source, ObservedLocation.Migrating);

    /// <summary>Looks a pair of statuses up; a missing report leaves the VM migrating from the source.</summary>
    public static TwoSidedStatusRow Lookup(VmStatus? source, VmStatus? destination) => (source, destination) switch
    {
        // The seed's eight rows. The five that are not listed leave the VM migrating.
        (VmStatus.Down, VmStatus.Down) => new(VmStatus.Down, null, ObservedLocation.Nowhere),
        (VmStatus.Down, VmStatus.Up) => new(VmStatus.Up, MigrationSide.Destination, ObservedLocation.OnDestination),
        (VmStatus.Up, VmStatus.Down) => new(VmStatus.Up, MigrationSide.Source, ObservedLocation.OnSource),

        // A paused VM counts as present, whether an operator paused it or a migration ended at the wrong moment.
        (VmStatus.Down, VmStatus.Paused) => new(VmStatus.Paused, MigrationSide.Destination, ObservedLocation.OnDestination),
        (VmStatus.Paused, VmStatus.Down) => new(VmStatus.Paused, MigrationSide.Source, ObservedLocation.OnSource),

        // Up is reported only for a VM that needs nothing from the source any more, so the copy there is stale.
        (VmStatus.Paused or VmStatus.PostCopyFailed, VmStatus.Up) => new(VmStatus.Up, MigrationSide.Destination, ObservedLocation.OrphanOnSource),

        // Post-copy: the memory is on both hosts, and part of it is lost with either.
        (VmStatus.PostCopyFailed, VmStatus.Down) or (VmStatus.Down, VmStatus.PostCopyFailed) => new(VmStatus.Down, null, ObservedLocation.Nowhere),
        (VmStatus.PostCopyFailed, VmStatus.PostCopyFailed or VmStatus.MigratingTo or VmStatus.Paused) or (VmStatus.MigratingFrom, VmStatus.PostCopyFailed) =>
            new(VmStatus.PostCopyFailed, MigrationSide.Destination, ObservedLocation.PostCopyFailed),
        _ => Unsettled,
    };
}
