using Mesh.Hosting.Bus;
using Mesh.Simulation.Worlds;
using Microsoft.Data.Sqlite;

namespace Mesh.Simulation.Invariants;

/// <summary>
/// No message ends in an error queue, unless the store could not be written, or for a request another service could not be asked, for longer
/// than a message is tried. Who has asked is told so, and asks again.
/// </summary>
internal sealed class NothingIsSetAside(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "no message is set aside";

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var (message, reason) in World.Broker.SetAside.Where(one => one.Reason is not SqliteException && !(one.Message.Reply is not null && one.Reason is BusRequestException)))
            Fail($"{message.Type.Name} from {message.From} was set aside: {reason}");
    }
}
