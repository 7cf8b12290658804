namespace Mesh.Contracts.Policies;

/// <summary>Asks for all policies.</summary>
public sealed record ListPolicies;
