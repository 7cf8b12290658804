using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>What became of a wish about policies.</summary>
/// <param name="Succeeded">Whether it is so now.</param>
/// <param name="Explanation">An explanation; why not, if it was not.</param>
[MessageName("policy-answer")]
public sealed record PolicyAnswer(bool Succeeded, string Explanation);
