using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Migrations;

/// <summary>The answer to an abort request.</summary>
/// <param name="Result">The result.</param>
/// <param name="Explanation">An explanation.</param>
[MessageName("abort-answer")]
public sealed record AbortAnswer(AbortResult Result, string Explanation);
