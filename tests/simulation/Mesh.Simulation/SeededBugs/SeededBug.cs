using Mesh.Agent.Hypervisors;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.SeededBugs;

/// <summary>A known bug, injected through the dependencies of a service and never in the product's code.</summary>
internal abstract class SeededBug
{
    /// <summary>Creates the bug; null for none.</summary>
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
        SeededBugKind.ForeignEventAccepted => new ForeignEventAccepted(),
        SeededBugKind.GuestShutdownIsLost => new GuestShutdownIsLost(),
        SeededBugKind.RefusedParameterShown => new RefusedParameterShown(),
        SeededBugKind.StallMarkRemains => new StallMarkRemains(),
        _ => null,
    };

    /// <summary>Replaces services of the migrations service.</summary>
    public virtual void ConfigureServices(IServiceCollection services, World world, SimulatedProcess process)
    {
    }

    /// <summary>Wraps the agents' hypervisor.</summary>
    public virtual IHypervisor Wrap(IHypervisor hypervisor) => hypervisor;

    /// <summary>Wraps a service's bus.</summary>
    public virtual IMessageBus Wrap(IMessageBus bus, ServiceProcess service) => bus;

    /// <summary>Changes the world outside the services.</summary>
    public virtual void Install(World world)
    {
    }
}
