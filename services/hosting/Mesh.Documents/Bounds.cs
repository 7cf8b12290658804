namespace Mesh.Documents;

/// <summary>What a field accepts, bounds included.</summary>
/// <param name="Least">The least.</param>
/// <param name="Most">The most.</param>
/// <param name="InWords">Both, with what they are of.</param>
public sealed record Bounds<T>(T Least, T Most, string InWords);
