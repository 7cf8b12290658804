using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Migrations;

/// <summary>The answer to a request to change a migration.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="Explanation">An explanation.</param>
/// <param name="Change">The change as the migration records it, with what became of each parameter as far as is known; null if it was not accepted.</param>
/// <param name="Refusals">Every reason against it.</param>
[MessageName("change-answer")]
public sealed record ChangeAnswer(ChangeResult Result, string Explanation, MigrationChange? Change = null, IReadOnlyList<Refusal>? Refusals = null);
