using Mesh.Contracts.Migrations;

namespace Mesh.Scheduler.Draining;

/// <summary>What the migrations of a drain mean for it.</summary>
internal static class DrainMigrations
{
    /// <summary>Whether a migration has not begun to copy.</summary>
    public static bool IsWaiting(MigrationView migration) => migration.Phase is MigrationPhase.Queued or MigrationPhase.Preparing or MigrationPhase.Ready;

    /// <summary>Whether another destination may still be chosen for it.</summary>
    public static bool CanReplan(MigrationView migration) => migration.Phase == MigrationPhase.Queued;
}
