using Mesh.Agent.Hypervisors;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.SeededBugs;

/// <summary>A known bug, planted from outside: at what a service is given, never in the product's code.</summary>
internal abstract class SeededBug
{
    /// <summary>The plant of a bug; null for none.</summary>
    public static SeededBug? Create(SeededBugKind? bug) => bug switch
    {
        SeededBugKind.SourceReportTrusted => new SourceReportTrusted(),
        SeededBugKind.EpochUnchecked => new EpochUnchecked(),
        SeededBugKind.SlotLeaked => new SlotLeaked(),
        SeededBugKind.SentBeforeCommit => new SentBeforeCommit(),
        SeededBugKind.StaleReportAccepted => new StaleReportAccepted(),
        SeededBugKind.PlanRestarted => new PlanRestarted(),
        SeededBugKind.ThrottleNotRemoved => new ThrottleNotRemoved(),
        SeededBugKind.StalePassAccepted => new StalePassAccepted(),
        SeededBugKind.SlotFreedEarly => new SlotFreedEarly(),
        SeededBugKind.FailedHostRetried => new FailedHostRetried(),
        _ => null,
    };

    /// <summary>Gives the migrations service something else than it should have.</summary>
    public virtual void ConfigureServices(IServiceCollection services, World world, SimulatedProcess process)
    {
    }

    /// <summary>Gives agents another hypervisor than they should have.</summary>
    public virtual IHypervisor Wrap(IHypervisor hypervisor) => hypervisor;

    /// <summary>Gives a service another way to the broker than it should have.</summary>
    public virtual IMessageBus Wrap(IMessageBus bus, ServiceProcess service) => bus;

    /// <summary>Changes the world around the services.</summary>
    public virtual void Install(World world)
    {
    }
}
