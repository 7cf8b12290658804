using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>The result of a reschedule request.</summary>
/// <param name="Result">The result; <see cref="ChangeResult.Refused"/> for a migration that is no longer queued, or for a destination that is not eligible.</param>
/// <param name="Explanation">An explanation.</param>
/// <param name="Refusals">Why the new destination is not eligible; empty if it is.</param>
[MessageName("reschedule-answer")]
public sealed record RescheduleAnswer(ChangeResult Result, string Explanation, IReadOnlyList<Refusal> Refusals);
