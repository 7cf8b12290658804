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
        new NoMachineIsLost(world),
        new EndsAreSupported(world),
        new OneEndEach(world),
        new SaidOnlyWhatIsKept(world),
        new EpochsRise(world),
        new SlotsDoNotLeak(world),
        new LimitsAreHeld(world),
        new NoThrottleIsLeft(world),
        new PlansAreFollowed(world),
        new SlotsAreNotOverrun(world),
        new AdmissionsAreAllowed(world),
        new ClosedHostsAreLeftAlone(world),
        new DrainsEndWell(world),
        new NothingIsSetAside(world),
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
