using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Migrations;

/// <summary>The answer to a wish to abort.</summary>
/// <param name="Result">What became of the wish.</param>
/// <param name="Explanation">In words.</param>
[MessageName("abort-answer")]
public sealed record AbortAnswer(AbortResult Result, string Explanation);
