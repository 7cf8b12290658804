using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Hides from the scheduler which hosts have failed a migration.</summary>
internal sealed class FailedHostRetried : SeededBug
{
    /// <inheritdoc />
    public override IMessageBus Wrap(IMessageBus bus, ServiceProcess service) => service is not SchedulerService ? bus : new ReplyRewritingBus(bus, reply => reply is ReadFleetAnswer fleet
        ? fleet with { Migrations = [.. fleet.Migrations.Select(migration => migration with { FailedAttempts = [] })] }
        : reply);
}
