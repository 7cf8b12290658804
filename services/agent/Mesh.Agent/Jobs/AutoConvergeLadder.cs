using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>
/// QEMU's rule of auto-converge, for a migration that was started without it: at every second pass that dirtied more than half of what it
/// sent the machine is slowed down, to 20 % first and by 10 % more each time.
/// </summary>
/// <param name="Iteration">The pass that was under way when last seen; 0 before the first.</param>
/// <param name="Transferred">What had been sent when it began.</param>
/// <param name="Elapsed">When that was.</param>
/// <param name="HighPasses">Passes that dirtied too much, since the last step.</param>
internal sealed record AutoConvergeLadder(long Iteration, Bytes Transferred, TimeSpan Elapsed, int HighPasses)
{
    public const int InitialPercent = 20;
    public const int IncrementPercent = 10;
    public const int MaxPercent = 99;
    private const int HighPassesPerStep = 2;

    public static readonly AutoConvergeLadder Initial = new(0, Bytes.Zero, TimeSpan.Zero, 0);

    /// <summary>The next step from where the machine is slowed down so much; the same at the top.</summary>
    public static Percent NextStep(Percent? throttle) =>
        throttle is { Value: > 0 } now ? new Percent(Math.Min(MaxPercent, now.Value + IncrementPercent)) : new Percent(InitialPercent);

    /// <summary>What to remember, and whether a step is due.</summary>
    /// <param name="sample">The newest telemetry, whether new or not.</param>
    public (AutoConvergeLadder Next, bool IsStepDue) Observe(MigrationSample sample)
    {
        if (sample.Copy.Iteration <= Iteration)
            return (this, false);
        var next = this with { Iteration = sample.Copy.Iteration, Transferred = sample.Copy.Memory.Transferred, Elapsed = sample.Copy.Elapsed };
        if (Iteration == 0 || !DirtiedTooMuch(sample))
            return (next, false);
        return HighPasses + 1 < HighPassesPerStep ? (next with { HighPasses = HighPasses + 1 }, false) : (next with { HighPasses = 0 }, true);
    }

    private bool DirtiedTooMuch(MigrationSample sample)
    {
        var seconds = (sample.Copy.Elapsed - Elapsed).TotalSeconds;
        var dirtied = sample.Copy.DirtyRate.Count * seconds;
        return dirtied > (sample.Copy.Memory.Transferred - Transferred).Count / 2.0;
    }
}
