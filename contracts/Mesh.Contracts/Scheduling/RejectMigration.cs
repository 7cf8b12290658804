using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>Ends a queued migration, because no host can take it any more. Answered by <see cref="AdmissionAnswer"/>.</summary>
/// <param name="Id">The migration.</param>
/// <param name="Attempt">The attempt that it waits for.</param>
/// <param name="PassEpoch">The scheduling pass (<see cref="ReadFleet.PassEpoch"/>).</param>
/// <param name="Refusals">Every reason.</param>
[MessageName("reject-migration")]
public sealed record RejectMigration(MigrationId Id, int Attempt, long PassEpoch, IReadOnlyList<Refusal> Refusals);
