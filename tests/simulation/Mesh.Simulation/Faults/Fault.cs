using Mesh.Agent.Simulated;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Faults;

/// <summary>Something that goes wrong for a while.</summary>
internal abstract class Fault
{
    /// <summary>What it is, for a person to read.</summary>
    public abstract string Name { get; }

    /// <summary>Makes it go wrong; false if there is nothing to go wrong at present.</summary>
    public abstract bool TryBegin(World world);

    /// <summary>Makes it whole again.</summary>
    public virtual void End(World world)
    {
    }
}

/// <summary>A fault in a few words.</summary>
/// <param name="name">What it is.</param>
/// <param name="begin">Makes it go wrong; false if there is nothing to go wrong.</param>
/// <param name="end">Makes it whole again; null if time does.</param>
internal sealed class DelegateFault(string name, Func<World, bool> begin, Action<World>? end = null) : Fault
{
    /// <inheritdoc />
    public override string Name => name;

    /// <inheritdoc />
    public override bool TryBegin(World world) => begin(world);

    /// <inheritdoc />
    public override void End(World world) => end?.Invoke(world);
}

/// <summary>A fault that waits for a migration to come into a phase: the short ones are never met by chance.</summary>
internal sealed class PhaseFault(SimulatedPhase phase, bool isHandedOver, TimeSpan pause, TimeSpan duration, Func<SimulatedJob, Fault> act) : Fault
{
    /// <inheritdoc />
    public override string Name => $"something at {phase}{(isHandedOver ? " handed over" : "")}";

    /// <summary>How long after the phase's begin it comes.</summary>
    public TimeSpan Delay { get; } = pause;

    /// <summary>How long it lasts.</summary>
    public TimeSpan Duration { get; } = duration;

    /// <summary>What happens.</summary>
    public Func<SimulatedJob, Fault> CreateFault { get; } = act;

    /// <summary>Whether a migration is in that phase.</summary>
    public bool Matches(SimulatedJob job) => job.Phase == phase && job.IsHandedOver == isHandedOver;

    /// <inheritdoc />
    public override bool TryBegin(World world) => false;
}
