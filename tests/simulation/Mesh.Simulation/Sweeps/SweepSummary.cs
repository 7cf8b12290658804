using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Sweeps;

/// <summary>How a sweep went.</summary>
/// <param name="Seeds">How many seeds were run.</param>
/// <param name="Elapsed">How long that took.</param>
/// <param name="Steps">How many steps all had.</param>
/// <param name="VirtualTime">How long all lasted, in their own time.</param>
/// <param name="Failures">Those that failed.</param>
/// <param name="Ends">How many migrations had which end.</param>
internal sealed record SweepSummary(
    int Seeds, TimeSpan Elapsed, long Steps, TimeSpan VirtualTime, IReadOnlyList<RunResult> Failures, IReadOnlyDictionary<string, int> Ends)
{
    /// <inheritdoc />
    public override string ToString() =>
        $"{Seeds} seeds in {Elapsed.TotalSeconds:0.0} s: {Seeds / Elapsed.TotalSeconds:0.0} seeds/s, {Steps} steps, {VirtualTime.TotalHours:0.0} h of virtual time, "
        + $"{Failures.Count} failures{(Failures.Count > 0 ? $" ({string.Join(", ", Failures.Take(20).Select(failure => failure.Seed))})" : "")}; "
        + $"ends: {string.Join(", ", Ends.Select(end => $"{end.Key} {end.Value}"))}";
}
