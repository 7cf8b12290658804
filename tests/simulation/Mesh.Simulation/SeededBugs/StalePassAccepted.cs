using Mesh.Contracts.Scheduling;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Gives every admission the epoch of the newest scheduling pass, so that admissions of older passes are accepted as well.</summary>
internal sealed class StalePassAccepted : SeededBug
{
    private readonly Dictionary<SimulatedProcess, long> _newest = [];

    /// <inheritdoc />
    public override void Install(World world) => world.Broker.DeliveryInterceptor = (process, message) =>
    {
        if (message.Content is ReadFleet { PassEpoch: > 0 } read)
            _newest[process] = Math.Max(_newest.GetValueOrDefault(process), read.PassEpoch);
        return message.Content is AdmitMigration admission && _newest.TryGetValue(process, out var newest)
            ? new BrokerMessage(message.From, message.Mode, message.Queue, message.Type, admission with { PassEpoch = newest }) { Reply = message.Reply }
            : message;
    };
}
