using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>Asks for drains, the newest first; answered by <see cref="DrainList"/>.</summary>
/// <param name="Id">Only the drain of that identity, or the newest one of the host of that name; null for all.</param>
/// <param name="CountMax">How many at most.</param>
[MessageName("list-drains")]
public sealed record ListDrains(string? Id = null, int CountMax = 100);
