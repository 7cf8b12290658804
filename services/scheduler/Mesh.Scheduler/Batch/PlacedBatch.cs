namespace Mesh.Scheduler.Batch;

/// <summary>Where many machines go.</summary>
/// <param name="Placed">Those that have found a host.</param>
/// <param name="Left">The others.</param>
public sealed record PlacedBatch(IReadOnlyList<PlacedVm> Placed, IReadOnlyList<UnplacedVm> Left);
