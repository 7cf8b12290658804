using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Placing;

namespace Mesh.Scheduler.Queueing;

/// <summary>Places waiting migrations.</summary>
public static class QueuePlacement
{
    /// <summary>A function that places migrations, and indexes each fleet that it gets once.</summary>
    public static Func<Fleet, MigrationView, PlacementResult> CreateIndexed()
    {
        FleetIndex? index = null;
        return (fleet, migration) =>
        {
            if (!ReferenceEquals(index?.Fleet, fleet))
                index = new FleetIndex(fleet);
            return Place(index!, migration);
        };
    }

    /// <summary>The host for the VM, or why there is none.</summary>
    public static PlacementResult Place(FleetIndex fleet, MigrationView migration)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(migration);
        if (migration.VmId is not { } id || fleet.FindVm(id) is not { } located)
            return new(null, [new(RefusalCode.UnknownVm, $"no host reports {migration.VmName} any longer")]);
        if (Eligibility.CheckVm(fleet, located, migration.Options, migration.Id) is { Count: > 0 } ofVm)
            return new(null, ofVm);
        var query = new PlacementQuery(located, migration.Options)
        {
            Allowed = migration.AllowedHosts,
            Preferred = migration.Preferred,
            Excluded = [.. migration.FailedAttempts.Select(attempt => attempt.Destination)],
            RelaxAffinity = migration.RelaxAffinity,
            Except = migration.Id,
        };
        return Placement.Choose(fleet, query, fleet.Fleet.TakenAt, out var ratings) is { } choice
            ? new(choice, [])
            : new(null, RequestValidator.CombineHostRefusals(ratings.Select(rating => (rating.Host, rating.Refusals)), migration.AllowedHosts.Count == 0 ? located.Host : null));
    }
}
