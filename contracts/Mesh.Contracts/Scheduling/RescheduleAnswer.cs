using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>What became of a wish to reschedule.</summary>
/// <param name="Result">The result; <see cref="ChangeResult.Refused"/> for one that does not wait any more, or for a destination that something speaks against.</param>
/// <param name="Explanation">In words.</param>
/// <param name="Refusals">What speaks against the new destination; empty for nothing.</param>
[MessageName("reschedule-answer")]
public sealed record RescheduleAnswer(ChangeResult Result, string Explanation, IReadOnlyList<Refusal> Refusals);
