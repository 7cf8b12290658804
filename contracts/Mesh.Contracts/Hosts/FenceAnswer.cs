using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Hosts;

/// <summary>The answer to <see cref="FenceHost"/>.</summary>
/// <param name="Result">The result.</param>
/// <param name="Explanation">An explanation.</param>
/// <param name="Migrations">The unfinished migrations that are evaluated again because of it.</param>
[MessageName("fence-answer")]
public sealed record FenceAnswer(FenceResult Result, string Explanation, IReadOnlyList<MigrationId> Migrations);
