namespace Mesh.Documents;

/// <summary>What a field accepts, bounds included.</summary>
/// <param name="Min">The least.</param>
/// <param name="Max">The most.</param>
/// <param name="Description">Both, with what they are of.</param>
public sealed record ValueRange<T>(T Min, T Max, string Description);
