using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Migrations;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A guest that its source reports as off, with the reason, was not lost by its migration unless it had moved.</summary>
internal sealed class StoppedGuestsAreNotLost(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "a guest that stopped is not called lost";

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var migration in World.MigrationsStore.ReadMigrations().Where(migration => migration.Outcome is MigrationOutcome.Lost))
            if (IsStoppedOnSource(migration.SourceObservation) && HasNotArrived(migration))
                Fail($"{migration.Id} is lost ({migration.Reason}), but {migration.Source} reports its guest as {migration.SourceObservation!.Detail}");
    }

    private static bool IsStoppedOnSource(HostObservation? source) => source is { Status: VmStatus.Down, IsListed: true, IsFenced: false }
        && (source.Detail.Contains("crashed", StringComparison.Ordinal) || source.Detail.Contains("shutdown", StringComparison.Ordinal));

    private static bool HasNotArrived(MigrationState migration) =>
        migration is { RanOnDestination: false, ReachedPostCopy: false, JobEnd: not { Result: JobResult.Completed } and not { HadStarted: false } }
        && migration.DestinationObservation is { Status: VmStatus.Down, IsFenced: false };
}
