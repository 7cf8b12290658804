using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A property that must always hold. Each invariant observes the world and reports violations.</summary>
internal abstract class Invariant(World world)
{
    /// <summary>The property, in human-readable form.</summary>
    public abstract string Name { get; }

    protected World World { get; } = world;

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
        new OnlyTheSourceEndsAJob(world),
        new StoppedGuestsAreNotLost(world),
        new ParametersInForceAreTrue(world),
        new StallsEnd(world),
        new JournalsReplay(world),
    ];

    /// <summary>Checks after every change of the ground truth.</summary>
    public virtual void AfterChange()
    {
    }

    /// <summary>Checks at the end of the run.</summary>
    public virtual void AtEnd()
    {
    }

    /// <summary>Reports a violation.</summary>
    protected void Fail(string what) => World.Fail(Name, what);
}
