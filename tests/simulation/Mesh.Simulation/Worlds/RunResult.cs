namespace Mesh.Simulation.Worlds;

/// <summary>What came of a run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Failure">What must never be so and was; null if all was well.</param>
/// <param name="Invariant">What it violated; null if all was well.</param>
/// <param name="TraceHash">Equal for equal runs.</param>
/// <param name="Steps">How many steps it had.</param>
/// <param name="VirtualTime">How long it lasted, in its own time.</param>
/// <param name="Ends">How its migrations ended.</param>
/// <param name="Faults">What was done to it.</param>
internal sealed record RunResult(
    int Seed,
    string? Failure,
    string? Invariant,
    ulong TraceHash,
    long Steps,
    TimeSpan VirtualTime,
    IReadOnlyList<string> Ends,
    IReadOnlyList<string> Faults);
