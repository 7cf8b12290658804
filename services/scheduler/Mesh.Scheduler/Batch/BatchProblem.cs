namespace Mesh.Scheduler.Batch;

/// <summary>Items that are to be placed on hosts all at once.</summary>
/// <param name="Items">The items.</param>
/// <param name="Hosts">The hosts.</param>
/// <param name="Apart">Groups of items, by number, of which no two may be on one host.</param>
/// <param name="Together">Groups of items, by number; those of a group that are placed must be on one host.</param>
public sealed record BatchProblem(
    IReadOnlyList<BatchItem> Items,
    IReadOnlyList<BatchHost> Hosts,
    IReadOnlyList<IReadOnlyList<int>> Apart,
    IReadOnlyList<IReadOnlyList<int>> Together);
