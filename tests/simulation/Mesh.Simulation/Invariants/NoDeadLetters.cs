using Mesh.Simulation.Worlds;
using Microsoft.Data.Sqlite;

namespace Mesh.Simulation.Invariants;

/// <summary>
/// No message ends in an error queue, unless the store could not be written for longer than a message is retried.
/// </summary>
internal sealed class NoDeadLetters(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "no message is dead-lettered";

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var (message, reason) in World.Broker.DeadLetters.Where(entry => entry.Reason is not SqliteException))
            Fail($"{message.Type.Name} from {message.From} was dead-lettered: {reason}");
    }
}
