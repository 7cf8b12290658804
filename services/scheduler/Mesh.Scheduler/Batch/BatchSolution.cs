namespace Mesh.Scheduler.Batch;

/// <summary>Where the items go.</summary>
/// <param name="HostOf">For each item the number of its host; null for one that is left.</param>
/// <param name="Unplaced">The items that are left, by number.</param>
/// <param name="IsProven">Whether it is certain that no placement has fewer items left; always so where none is left.</param>
public sealed record BatchSolution(IReadOnlyList<int?> HostOf, IReadOnlyList<UnplacedItem> Unplaced, bool IsProven);
