using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>Something that must always be so. Each one watches what it needs of the world and says so when it is not.</summary>
internal abstract class Invariant(World world)
{
    /// <summary>What must be so, for a person to read.</summary>
    public abstract string Name { get; }

    /// <summary>The world that is watched.</summary>
    protected World World { get; } = world;

    /// <summary>All of them.</summary>
    public static List<Invariant> All(World world) =>
    [
        new OneRunningCopy(world),
        new NoVmIsLost(world),
        new OutcomesMatchReports(world),
        new ExactlyOneOutcome(world),
        new SentOnlyAfterCommit(world),
        new EpochsAreMonotonic(world),
        new SlotsDoNotLeak(world),
        new HardLimitsHold(world),
        new NoThrottleRemains(world),
        new PolicyStepsHappenOnce(world),
        new SlotLimitsHold(world),
        new AdmissionsAreValid(world),
        new NoAdmissionToCordonedHosts(world),
        new DrainsEmptyHosts(world),
        new NoDeadLetters(world),
        new JournalsReplay(world),
    ];

    /// <summary>Looks after something has physically changed.</summary>
    public virtual void AfterChange()
    {
    }

    /// <summary>Looks when everything is over.</summary>
    public virtual void AtEnd()
    {
    }

    /// <summary>Says that it is not so.</summary>
    protected void Fail(string what) => World.Fail(Name, what);
}
