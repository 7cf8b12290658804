using Mesh.Contracts.Agents;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Faults;

/// <summary>
/// In some runs the migrations service dies shortly after it has changed the parameters of a running migration: a policy's plan must then resume
/// where it was. A randomly timed crash hits the moment once in hundreds of runs.
/// </summary>
internal static class CrashAfterChange
{
    private const int CrashesMax = 2;
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DowntimeMax = TimeSpan.FromSeconds(4);

    /// <summary>Attaches it to a world.</summary>
    /// <param name="world">The world.</param>
    /// <param name="random">A random generator of its own, so that it affects no other draw.</param>
    public static void Attach(World world, Random random)
    {
        if (random.NextDouble() >= 0.1)
            return;
        var left = CrashesMax;
        world.Broker.MessageAccepted += (BrokerMessage message) =>
        {
            if (message.Content is not ChangeParameters || !world.NetworkConditions.IsDegraded || left == 0 || random.NextDouble() < 0.5)
                return;
            left--;
            world.Network.Post(
                () => world.FaultSchedule.Begin(ServiceFaults.Killed(world.Migrations), DowntimeMax * random.NextDouble()), DelayMax * random.NextDouble());
        };
    }
}
