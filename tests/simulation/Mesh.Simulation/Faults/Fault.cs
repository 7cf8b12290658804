using Mesh.Agent.Simulated;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Faults;

/// <summary>A fault that can be injected and ended.</summary>
internal abstract class Fault
{
    /// <summary>Its human-readable description.</summary>
    public abstract string Name { get; }

    /// <summary>Injects the fault; false if that is not possible at present.</summary>
    public abstract bool TryBegin(World world);

    /// <summary>Ends the fault.</summary>
    public virtual void End(World world)
    {
    }
}

/// <summary>A fault made of delegates.</summary>
/// <param name="name">Its human-readable description.</param>
/// <param name="begin">Injects the fault; false if that is not possible at present.</param>
/// <param name="end">Ends the fault; null if it ends by itself.</param>
internal sealed class DelegateFault(string name, Func<World, bool> begin, Action<World>? end = null) : Fault
{
    /// <inheritdoc />
    public override string Name => name;

    /// <inheritdoc />
    public override bool TryBegin(World world) => begin(world);

    /// <inheritdoc />
    public override void End(World world) => end?.Invoke(world);
}

/// <summary>A fault that waits until a migration reaches a phase; a randomly timed fault would hardly ever hit the short phases.</summary>
internal sealed class PhaseFault(SimulatedPhase phase, bool isHandedOver, TimeSpan pause, TimeSpan duration, Func<SimulatedJob, Fault> act) : Fault
{
    /// <inheritdoc />
    public override string Name => $"fault at {phase}{(isHandedOver ? " handed over" : "")}";

    /// <summary>The delay after the phase begins.</summary>
    public TimeSpan Delay { get; } = pause;

    public TimeSpan Duration { get; } = duration;

    /// <summary>Creates the fault for the matching job.</summary>
    public Func<SimulatedJob, Fault> CreateFault { get; } = act;

    /// <summary>Whether the job is in the phase.</summary>
    public bool Matches(SimulatedJob job) => job.Phase == phase && job.IsHandedOver == isHandedOver;

    /// <inheritdoc />
    public override bool TryBegin(World world) => false;
}
