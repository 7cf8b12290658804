using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A VM that was throttled for its migration runs at full speed at the end, on whichever host.</summary>
internal sealed class NoThrottleRemains(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "no VM stays throttled";

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var copy in World.GroundTruth.Copies.Where(copy => copy is { IsRunning: true, QuotaPercent: > 0 }))
            Fail($"{copy.Name} is throttled by {copy.QuotaPercent} % on {copy.Host} at the end");
    }
}
