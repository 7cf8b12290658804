namespace Mesh.Scheduler.Batch;

/// <summary>An item that was not placed.</summary>
/// <param name="Item">Its number.</param>
/// <param name="Reason">Why.</param>
public sealed record UnplacedItem(int Item, UnplacedReason Reason);
