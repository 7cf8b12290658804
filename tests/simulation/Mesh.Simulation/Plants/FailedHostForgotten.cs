using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Plants;

/// <summary>Does not know which hosts have failed a migration before.</summary>
internal sealed class FailedHostForgotten : Plant
{
    /// <inheritdoc />
    public override IMessageBus Wrap(IMessageBus bus, ServiceProcess service) => service is not SchedulerService ? bus : new AlteredBus(bus, reply => reply is FleetFacts facts
        ? facts with { Migrations = [.. facts.Migrations.Select(migration => migration with { FailedAttempts = [] })] }
        : reply);
}
