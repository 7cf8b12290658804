using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Gives every command the newest epoch that its agent has seen, so that comparing epochs has no effect.</summary>
internal sealed class EpochUnchecked : SeededBug
{
    private readonly Dictionary<(string Queue, VmId Vm), Epoch> _newest = [];

    /// <inheritdoc />
    public override void Install(World world) => world.Broker.DeliveryInterceptor = (_, message) =>
    {
        if (message.Content is not AgentCommand command)
            return message;
        var key = (message.Queue!, command.VmId);
        var newest = _newest.GetValueOrDefault(key, command.Epoch);
        _newest[key] = command.Epoch > newest ? command.Epoch : newest;
        return command.Epoch >= newest
            ? message
            : new BrokerMessage(message.From, message.Mode, message.Queue, message.Type, command with { Epoch = newest });
    };
}
