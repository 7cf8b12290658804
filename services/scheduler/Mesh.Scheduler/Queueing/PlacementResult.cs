using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Queueing;

/// <summary>Where a migration that waits could go.</summary>
/// <param name="Choice">
/// The best host, why, and every host's rating: where the best has no slot free, the next one that nothing speaks against is taken. Null if
/// no host can take the machine.
/// </param>
/// <param name="Refusals">What speaks against every host; empty if there is a choice.</param>
public sealed record PlacementResult(PlacementDecision? Choice, IReadOnlyList<Refusal> Refusals);
