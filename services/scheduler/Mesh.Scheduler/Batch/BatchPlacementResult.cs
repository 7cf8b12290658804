namespace Mesh.Scheduler.Batch;

/// <summary>Where many machines go.</summary>
/// <param name="Placed">Those that have found a host.</param>
/// <param name="Unplaced">The others.</param>
public sealed record BatchPlacementResult(IReadOnlyList<PlacedVm> Placed, IReadOnlyList<UnplacedVm> Unplaced);
