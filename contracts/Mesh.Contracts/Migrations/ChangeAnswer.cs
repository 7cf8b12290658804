using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Migrations;

/// <summary>The answer to a <see cref="ChangeMigration"/>.</summary>
/// <param name="Result">The result.</param>
/// <param name="Explanation">The explanation, for people.</param>
/// <param name="Change">The change as the migration records it, with the results known so far; null if it was not accepted.</param>
/// <param name="Refusals">Every reason against it.</param>
[MessageName("change-answer")]
public sealed record ChangeAnswer(ChangeResult Result, string Explanation, MigrationChange? Change = null, IReadOnlyList<Refusal>? Refusals = null);
