using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>Asks for all policies.</summary>
[MessageName("list-policies")]
public sealed record ListPolicies;
