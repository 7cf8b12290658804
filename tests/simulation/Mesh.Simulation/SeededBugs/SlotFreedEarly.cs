using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Counts a migration's slot as free as soon as its job is over, though it settles or cleans up and its data may still move.</summary>
internal sealed class SlotFreedEarly : SeededBug
{
    /// <inheritdoc />
    public override IMessageBus Wrap(IMessageBus bus, ServiceProcess service) => service is not SchedulerService ? bus : new ReplyRewritingBus(bus, reply => reply is ReadFleetAnswer facts
        ? facts with { Migrations = [.. facts.Migrations.Where(migration => migration.Phase is not (MigrationPhase.Confirming or MigrationPhase.CleaningUp))] }
        : reply);
}
