using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>The result of a request about policies.</summary>
/// <param name="Succeeded">Whether the request succeeded.</param>
/// <param name="Explanation">An explanation; why not, if it was not.</param>
[MessageName("policy-answer")]
public sealed record PolicyAnswer(bool Succeeded, string Explanation);
