using Mesh.Hosting.Bus;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Mesh.Hosting.Claims;

/// <summary>Short connections to the broker beside the bus: to check the access, to claim it, and for <c>mesh doctor</c>.</summary>
internal static class BrokerConnector
{
    private static readonly TimeSpan ConnectionTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Connects once.</summary>
    /// <exception cref="BrokerRefusedException">The broker is there and refuses the user or the virtual host.</exception>
    /// <exception cref="BrokerUnreachableException">It cannot be reached; see <see cref="IsOutage"/> for later failures.</exception>
    public static async Task<IConnection> ConnectAsync(BusOptions options, string purpose, CancellationToken cancellation)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(options.Broker),
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = ConnectionTimeout,
            ContinuationTimeout = ConnectionTimeout,
            ClientProvidedName = purpose,
        };
        try
        {
            return await factory.CreateConnectionAsync(cancellation);
        }
        catch (Exception e) when (IsOutage(e) && DescribeRefusal(e, factory) is { } refusal)
        {
            throw new BrokerRefusedException($"the broker {BrokerAddress.Of(options.Broker)} {refusal} (Bus:Broker)", e);
        }
    }

    /// <summary>Whether an exception of the client means that the broker failed or went away, and not a bug.</summary>
    public static bool IsOutage(Exception exception) =>
        exception is BrokerUnreachableException or RabbitMQClientException or IOException or TimeoutException or System.Net.Sockets.SocketException;

    private static string? DescribeRefusal(Exception exception, ConnectionFactory factory)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            switch (cause)
            {
                case AuthenticationFailureException:
                    return $"refuses user '{factory.UserName}': wrong user name or password";
                case OperationInterruptedException { ShutdownReason.ReplyCode: Constants.NotAllowed or Constants.AccessRefused or Constants.NotFound }:
                    return $"refuses user '{factory.UserName}' the virtual host '{factory.VirtualHost}': it does not exist, or the user has no right to it";
            }

        return null;
    }
}

/// <summary>The broker refuses the connection: a wrong user, password or virtual host. Trying again does not help.</summary>
internal sealed class BrokerRefusedException : Exception
{
    public BrokerRefusedException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public BrokerRefusedException(string message)
        : base(message)
    {
    }

    public BrokerRefusedException()
    {
    }
}
