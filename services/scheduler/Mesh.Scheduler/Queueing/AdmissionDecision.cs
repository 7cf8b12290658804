using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Queueing;

/// <summary>What the scheduler decides in one turn.</summary>
/// <param name="Admissions">Those that may begin or go on, in the order in which they were decided.</param>
/// <param name="Dismissals">Those that no host can take any more.</param>
/// <param name="Changes">New shares of links for those that copy.</param>
/// <param name="Waiting">Those that still wait, the next one first.</param>
/// <param name="NextDue">When time alone would change something; null if it would not. Until then only news calls for a turn.</param>
public sealed record AdmissionDecision(
    IReadOnlyList<AdmitMigration> Admissions,
    IReadOnlyList<RejectMigration> Dismissals,
    IReadOnlyList<ChangeMigration> Changes,
    IReadOnlyList<WaitingMigration> Waiting,
    DateTimeOffset? NextDue);
