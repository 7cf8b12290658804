using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Queueing;

/// <summary>A migration that a turn leaves waiting.</summary>
/// <param name="Migration">The migration.</param>
/// <param name="WaitsFor">What for, in words.</param>
/// <param name="Destination">The host that it waits for, or where it is prepared; null if it does not come to that.</param>
public sealed record WaitingMigration(MigrationView Migration, string WaitsFor, HostName? Destination = null);
