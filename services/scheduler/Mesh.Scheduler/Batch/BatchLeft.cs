namespace Mesh.Scheduler.Batch;

/// <summary>An item that was not placed.</summary>
/// <param name="Item">Its number.</param>
/// <param name="Because">Why.</param>
public sealed record BatchLeft(int Item, LeftBecause Because);
