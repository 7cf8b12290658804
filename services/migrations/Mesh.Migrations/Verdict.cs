using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>Where a migrating machine is, by the words of both hosts.</summary>
public enum Verdict
{
    /// <summary>The words do not settle it; the machine counts as migrating from the source.</summary>
    Migrating,

    /// <summary>It runs on the source and the destination does not have it: the migration failed.</summary>
    OnSource,

    /// <summary>It runs on the destination and the source does not have it: the migration succeeded.</summary>
    OnDestination,

    /// <summary>Neither host runs it.</summary>
    Nowhere,
}

/// <summary>The two-sided status table of seed <c>ovirt-vm-migration-states</c>.</summary>
public static class TwoSidedStatus
{
    /// <summary>Reads the table; a word that is missing leaves the machine migrating.</summary>
    public static Verdict Judge(VmStatus? source, VmStatus? destination) => (source, destination) switch
    {
        (VmStatus.Down, VmStatus.Down) => Verdict.Nowhere,
        (VmStatus.Down, VmStatus.Up) => Verdict.OnDestination,
        (VmStatus.Up, VmStatus.Down) => Verdict.OnSource,

        // A machine that was paused before its migration is as much on its host as a running one.
        (VmStatus.Down, VmStatus.Paused) => Verdict.OnDestination,
        (VmStatus.Paused, VmStatus.Down) => Verdict.OnSource,
        _ => Verdict.Migrating,
    };
}
