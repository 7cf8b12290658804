using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>The migrations that wait, in the order in which they would be admitted if all could be now, and what is in use.</summary>
/// <param name="Waiting">Those that wait.</param>
/// <param name="Transferring">How many copy now.</param>
/// <param name="Limits">The limits that count.</param>
[MessageName("queue-view")]
public sealed record QueueView(IReadOnlyList<QueuedMigration> Waiting, int Transferring, SchedulingLimits Limits);
