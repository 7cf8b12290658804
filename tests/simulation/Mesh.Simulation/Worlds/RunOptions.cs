using Mesh.Simulation.SeededBugs;

namespace Mesh.Simulation.Worlds;

/// <summary>What determines a run: equal options give equal runs.</summary>
/// <param name="Seed">Determines everything random.</param>
/// <param name="Bug">The seeded bug; null for none.</param>
/// <param name="Print">Receives every line of the trace; null to print nothing.</param>
internal sealed record RunOptions(int Seed, SeededBugKind? Bug = null, Action<string>? Print = null);
