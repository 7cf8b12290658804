using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A machine whose processors run on two hosts writes to its disks from both: nothing is worse.</summary>
internal sealed class OneRunningCopy(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "at most one running copy of a machine";

    /// <inheritdoc />
    public override void AfterChange()
    {
        foreach (var running in World.GroundTruth.Copies.Where(copy => copy.IsRunning).GroupBy(copy => copy.VmId).Where(copies => copies.Count() > 1))
            Fail($"{running.First().Name} runs on {string.Join(" and on ", running.Select(copy => copy.Host))}");
    }
}
