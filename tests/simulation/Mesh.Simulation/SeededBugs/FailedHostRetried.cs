using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Does not know which hosts have failed a migration before.</summary>
internal sealed class FailedHostRetried : SeededBug
{
    /// <inheritdoc />
    public override IMessageBus Wrap(IMessageBus bus, ServiceProcess service) => service is not SchedulerService ? bus : new ReplyRewritingBus(bus, reply => reply is ReadFleetAnswer facts
        ? facts with { Migrations = [.. facts.Migrations.Select(migration => migration with { FailedAttempts = [] })] }
        : reply);
}
