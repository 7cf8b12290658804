using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Sweeps;

/// <summary>The result of a sweep.</summary>
/// <param name="Seeds">Number of seeds that were run.</param>
/// <param name="Elapsed">Elapsed wall-clock time.</param>
/// <param name="Steps">Total number of steps.</param>
/// <param name="VirtualTime">Total virtual time.</param>
/// <param name="Failures">The failed runs.</param>
/// <param name="Outcomes">Number of migrations by outcome.</param>
internal sealed record SweepSummary(
    int Seeds, TimeSpan Elapsed, long Steps, TimeSpan VirtualTime, IReadOnlyList<RunResult> Failures, IReadOnlyDictionary<string, int> Outcomes)
{
    /// <inheritdoc />
    public override string ToString() =>
        $"{Seeds} seeds in {Elapsed.TotalSeconds:0.0} s: {Seeds / Elapsed.TotalSeconds:0.0} seeds/s, {Steps} steps, {VirtualTime.TotalHours:0.0} h of virtual time, "
        + $"{Failures.Count} failures{(Failures.Count > 0 ? $" ({string.Join(", ", Failures.Take(20).Select(failure => failure.Seed))})" : "")}; "
        + $"outcomes: {string.Join(", ", Outcomes.Select(outcome => $"{outcome.Key} {outcome.Value}"))}";
}
