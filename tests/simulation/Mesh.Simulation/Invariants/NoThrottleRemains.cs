using Mesh.Agent.Simulated;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A machine that was slowed down for its migration runs at full speed when all is over, wherever it is.</summary>
internal sealed class NoThrottleRemains(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "no throttle is left on a machine";

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var copy in World.GroundTruth.Copies.Where(copy => copy is { IsRunning: true, QuotaPercent: > 0 }))
            Fail($"{copy.Name} is slowed down by {copy.QuotaPercent} % on {copy.Host} when all is over");
    }
}
