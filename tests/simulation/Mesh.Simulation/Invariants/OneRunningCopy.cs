using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A VM whose vCPUs run on two hosts writes to its disks from both, which corrupts them: the worst failure of all.</summary>
internal sealed class OneRunningCopy(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "at most one running copy of a VM";

    /// <inheritdoc />
    public override void AfterChange()
    {
        foreach (var running in World.GroundTruth.Copies.Where(copy => copy.IsRunning).GroupBy(copy => copy.VmId).Where(copies => copies.Count() > 1))
            Fail($"{running.First().Name} runs on {string.Join(" and on ", running.Select(copy => copy.Host))}");
    }
}
