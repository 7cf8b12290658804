namespace Mesh.Simulation.Worlds;

/// <summary>The result of a run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Failure">Describes the violation; null if there is none.</param>
/// <param name="Invariant">The violated invariant; null if there is none.</param>
/// <param name="TraceHash">Equal for equal runs.</param>
/// <param name="Steps">Its number of steps.</param>
/// <param name="VirtualTime">Its duration in virtual time.</param>
/// <param name="Outcomes">The outcomes of its migrations.</param>
/// <param name="Faults">The injected faults.</param>
internal sealed record RunResult(
    int Seed,
    string? Failure,
    string? Invariant,
    ulong TraceHash,
    long Steps,
    TimeSpan VirtualTime,
    IReadOnlyList<string> Outcomes,
    IReadOnlyList<string> Faults);
