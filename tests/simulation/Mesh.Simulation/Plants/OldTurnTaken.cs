using Mesh.Contracts.Scheduling;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Running;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Plants;

/// <summary>Gives every admission the number of the newest turn, so that those of older turns are taken as well.</summary>
internal sealed class OldTurnTaken : Plant
{
    private readonly Dictionary<SimulatedProcess, long> _newest = [];

    /// <inheritdoc />
    public override void Plow(World world) => world.Broker.OnDelivery = (process, message) =>
    {
        if (message.Content is ReadFleet { Turn: > 0 } read)
            _newest[process] = Math.Max(_newest.GetValueOrDefault(process), read.Turn);
        return message.Content is AdmitMigration admission && _newest.TryGetValue(process, out var newest)
            ? new BrokerMessage(message.From, message.Sending, message.Queue, message.Type, admission with { Turn = newest }) { Reply = message.Reply }
            : message;
    };
}
