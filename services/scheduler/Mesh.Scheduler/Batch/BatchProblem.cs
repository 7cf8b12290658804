namespace Mesh.Scheduler.Batch;

/// <summary>Items to be placed on hosts all at once.</summary>
/// <param name="Items">The items.</param>
/// <param name="Hosts">The hosts.</param>
/// <param name="Apart">Groups of items, by number, of which no two may be on one host.</param>
/// <param name="Together">Groups of items, by number; those of a group that are placed must be on one host.</param>
public sealed record BatchProblem(
    IReadOnlyList<BatchItem> Items,
    IReadOnlyList<BatchHost> Hosts,
    IReadOnlyList<IReadOnlyList<int>> Apart,
    IReadOnlyList<IReadOnlyList<int>> Together);

/// <summary>An item to be placed.</summary>
/// <param name="Demands">Its demand for each resource, as in <see cref="BatchHost.Free"/>; none below zero.</param>
/// <param name="Allowed">For each host, whether the item may go there, regardless of other items.</param>
/// <param name="Load">The data to transfer over its host's link, in bytes; zero or more.</param>
/// <param name="Costs">
/// For each host, the cost of placing the item there: 0 for none; 1 outweighs a fair share of all data on the host's link. Null if all are
/// zero.
/// </param>
public sealed record BatchItem(IReadOnlyList<long> Demands, IReadOnlyList<bool> Allowed, double Load = 0, IReadOnlyList<double>? Costs = null);

/// <summary>A host to place items on.</summary>
/// <param name="Free">The free amount of each resource; below zero counts as zero.</param>
/// <param name="LinkRate">The inbound rate of its link, in bytes per second; above zero.</param>
public sealed record BatchHost(IReadOnlyList<long> Free, double LinkRate = 1);

/// <summary>The placement that was found.</summary>
/// <param name="HostOf">For each item the number of its host; null if it was not placed.</param>
/// <param name="Unplaced">The items that were not placed.</param>
/// <param name="IsProven">Whether no placement can have fewer unplaced items; always true if there are none.</param>
public sealed record BatchSolution(IReadOnlyList<int?> HostOf, IReadOnlyList<UnplacedItem> Unplaced, bool IsProven);

/// <summary>An item that was not placed.</summary>
/// <param name="Item">Its number.</param>
/// <param name="Reason">Why.</param>
public sealed record UnplacedItem(int Item, UnplacedReason Reason);

/// <summary>Why an item was not placed.</summary>
public enum UnplacedReason
{
    /// <summary>No host is allowed for it.</summary>
    NoHostAllowed,

    /// <summary>No allowed host has room for it, even without other items.</summary>
    TooLarge,

    /// <summary>Hosts with room for it beside the others are excluded by a group.</summary>
    GroupConflict,

    /// <summary>Other items use the room.</summary>
    NoRoomLeft,
}
