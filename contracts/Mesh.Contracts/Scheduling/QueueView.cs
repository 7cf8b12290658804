using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>The queued migrations, in the order in which they would be admitted if all could be admitted now, and the slots in use.</summary>
/// <param name="Waiting">The queued migrations.</param>
/// <param name="Transferring">The number of migrations that copy now.</param>
/// <param name="Limits">The limits in effect.</param>
[MessageName("queue-view")]
public sealed record QueueView(IReadOnlyList<QueuedMigration> Waiting, int Transferring, SchedulingLimits Limits);
