using System.Net.Sockets;
using MassTransit;
using RabbitMQ.Client.Exceptions;

namespace Mesh.Hosting.Bus;

/// <summary>Failures of the broker, as opposed to bugs.</summary>
public static class BrokerFailure
{
    /// <summary>Whether an exception means that the broker cannot be reached or refuses the connection: where that was noticed tells nothing.</summary>
    public static bool IsConnection(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            if (cause is RabbitMQClientException or ConnectionException or SocketException)
                return true;
        return false;
    }
}
