using Mesh.Agent.Hypervisors;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Running;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.Plants;

/// <summary>A known bug, planted from outside: at what a service is given, never in the product's code.</summary>
internal abstract class Plant
{
    /// <summary>The plant of a bug; null for none.</summary>
    public static Plant? Of(KnownBug? bug) => bug switch
    {
        KnownBug.SourceAlone => new SourceAlone(),
        KnownBug.EpochUnchecked => new EpochUnchecked(),
        KnownBug.SlotLeaked => new SlotLeaked(),
        KnownBug.SentBeforeCommit => new SentBeforeCommit(),
        KnownBug.LateDownBelieved => new LateDownBelieved(),
        KnownBug.PlanForgotten => new PlanForgotten(),
        KnownBug.ThrottleLeft => new ThrottleLeft(),
        KnownBug.OldTurnTaken => new OldTurnTaken(),
        KnownBug.EndingSlotFree => new EndingSlotFree(),
        KnownBug.FailedHostForgotten => new FailedHostForgotten(),
        _ => null,
    };

    /// <summary>Gives the migrations service something else than it should have.</summary>
    public virtual void Add(IServiceCollection services, World world, SimulatedProcess process)
    {
    }

    /// <summary>Gives agents another hypervisor than they should have.</summary>
    public virtual IHypervisor Wrap(IHypervisor hypervisor) => hypervisor;

    /// <summary>Gives a service another way to the broker than it should have.</summary>
    public virtual IMessageBus Wrap(IMessageBus bus, ServiceProcess service) => bus;

    /// <summary>Changes the world around the services.</summary>
    public virtual void Plow(World world)
    {
    }
}
