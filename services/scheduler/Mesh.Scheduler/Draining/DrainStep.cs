using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Draining;

/// <summary>
/// How a drain goes on. The new state is to be kept before anything is sent: every message bears an identity that follows from it, so that
/// all may be sent once more after a crash.
/// </summary>
/// <param name="Drain">The drain's new state.</param>
/// <param name="ToRequest">Migrations to ask for.</param>
/// <param name="ToAbort">Migrations to abort.</param>
/// <param name="ToReschedule">Migrations that wait, and are planned elsewhere now.</param>
/// <param name="Cordons">What hosts are from now on.</param>
/// <param name="NextDue">When there is something to do although nothing has happened; null for not before something does.</param>
public sealed record DrainStep(
    DrainView Drain,
    IReadOnlyList<RequestMigration> ToRequest,
    IReadOnlyList<MigrationId> ToAbort,
    IReadOnlyList<RescheduleMigration> ToReschedule,
    IReadOnlyList<(HostName Host, CordonState State)> Cordons,
    DateTimeOffset? NextDue)
{
    /// <summary>A drain that goes on as it is.</summary>
    public static DrainStep Unchanged(DrainView drain) => new(drain, [], [], [], [], null);
}
