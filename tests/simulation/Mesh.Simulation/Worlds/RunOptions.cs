using Mesh.Simulation.SeededBugs;

namespace Mesh.Simulation.Worlds;

/// <summary>What a run is made from: the same options give the same run.</summary>
/// <param name="Seed">Everything that is left to chance comes out of it.</param>
/// <param name="Bug">A bug to plant; null for none.</param>
/// <param name="Print">Is given every line of the trace; null for nobody.</param>
internal sealed record RunOptions(int Seed, SeededBugKind? Bug = null, Action<string>? Print = null);
