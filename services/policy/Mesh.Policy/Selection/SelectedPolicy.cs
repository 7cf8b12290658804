using Mesh.Contracts.Policies;

namespace Mesh.Policy.Selection;

/// <summary>The policy that counts for a machine, and what decided it.</summary>
/// <param name="By">What decided.</param>
/// <param name="Answer">The policy with the reason, or why there is none.</param>
public sealed record SelectedPolicy(SelectedBy By, ResolvePolicyAnswer Answer);
