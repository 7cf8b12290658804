namespace Mesh.Scheduler.Batch;

/// <summary>Something that is to be placed.</summary>
/// <param name="Demands">What it takes of each resource of its host; as many as <see cref="BatchHost.Free"/> has, none below zero.</param>
/// <param name="Allowed">For each host, whether it may go there as far as host and item alone tell.</param>
/// <param name="Load">The data that comes over its host's link, in bytes; zero or more.</param>
/// <param name="Costs">
/// For each host, how little it is liked: 0 for a host that is as good as any; 1 outweighs a fair share of all data on the host's link.
/// Null where all are alike.
/// </param>
public sealed record BatchItem(IReadOnlyList<long> Demands, IReadOnlyList<bool> Allowed, double Load = 0, IReadOnlyList<double>? Costs = null);
