using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Bus;

/// <summary>
/// In some runs the broker redelivers handled commands long after, as after a failover that lost their acknowledgements: when a newer
/// attempt of the VM has sent commands of its own. Epochs exist for such commands, and waiting for a broken connection to produce one takes
/// a thousand runs.
/// </summary>
internal static class StaleRedelivery
{
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(3);

    /// <summary>Attaches it to a world.</summary>
    /// <param name="world">The world.</param>
    /// <param name="random">A random generator of its own, so that it affects no other draw.</param>
    public static void Attach(World world, Random random)
    {
        if (random.NextDouble() >= 0.25)
            return;
        var handled = new Dictionary<(string Queue, VmId Vm), List<BrokerMessage>>();
        world.Broker.MessageDelivered += (_, message) =>
        {
            if (message.Content is not AgentCommand command)
                return;
            var key = (message.Queue!, command.VmId);
            if (!handled.TryGetValue(key, out var earlier))
                handled[key] = earlier = [];
            var stale = earlier.Where(known => ((AgentCommand)known.Content).Epoch < command.Epoch).ToList();
            earlier.Add(message);
            if (stale.Count > 0 && world.NetworkConditions.IsDegraded && random.NextDouble() < 0.6)
                world.Network.Post(() => world.Broker.Accept(stale[random.Next(stale.Count)]), DelayMax * random.NextDouble());
        };
    }
}
