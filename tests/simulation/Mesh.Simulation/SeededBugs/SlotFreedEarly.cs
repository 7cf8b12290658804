using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Frees a migration's slot as soon as its job ends, although it is confirming or cleaning up and data may still be transferred.</summary>
internal sealed class SlotFreedEarly : SeededBug
{
    /// <inheritdoc />
    public override IMessageBus Wrap(IMessageBus bus, ServiceProcess service) => service is not SchedulerService ? bus : new ReplyRewritingBus(bus, reply => reply is ReadFleetAnswer fleet
        ? fleet with { Migrations = [.. fleet.Migrations.Where(migration => migration.Phase is not (MigrationPhase.Confirming or MigrationPhase.CleaningUp))] }
        : reply);
}
