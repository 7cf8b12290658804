namespace Mesh.Scheduler.Batch;

/// <summary>A host that items can be placed on.</summary>
/// <param name="Free">What it has free of each resource; below zero counts as nothing.</param>
/// <param name="LinkRate">The bytes per second that its link takes in; above zero.</param>
public sealed record BatchHost(IReadOnlyList<long> Free, double LinkRate = 1);
