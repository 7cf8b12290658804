using Mesh.Hosting.Bus;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Mesh.Hosting.Claims;

/// <summary>Short connections to the broker beside the bus: to check the access, to claim it, and for <c>mesh doctor</c>.</summary>
internal static class BrokerConnector
{
    private static readonly TimeSpan ConnectionTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Connects, acts, and closes the connection.</summary>
    /// <exception cref="BrokerRefusedException">The broker is there and refuses the user or the virtual host, which it may do only after the connection.</exception>
    /// <exception cref="BusRequestException">It cannot be reached, or went away.</exception>
    public static async Task<T> UseAsync<T>(BusOptions options, string purpose, Func<IConnection, Task<T>> act, CancellationToken cancellation)
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
            await using var connection = await factory.CreateConnectionAsync(cancellation);
            return await act(connection);
        }
        catch (Exception e) when (IsOutage(e))
        {
            throw DescribeRefusal(e, factory) is { } refusal
                ? new BrokerRefusedException($"the broker {BrokerAddress.Of(options.Broker)} {refusal} (Bus:Broker)", e)
                : new BusRequestException($"the broker {BrokerAddress.Of(options.Broker)} cannot be reached: {e.GetBaseException().Message}", e);
        }
    }

    // The client's exceptions for a broker that failed or went away.
    private static bool IsOutage(Exception exception) =>
        exception is BrokerUnreachableException or RabbitMQClientException or IOException or TimeoutException or System.Net.Sockets.SocketException;

    private static string? DescribeRefusal(Exception exception, ConnectionFactory factory)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            switch (cause)
            {
                case AuthenticationFailureException:
                    return $"refuses user '{factory.UserName}': wrong user name or password";
                case OperationInterruptedException { ShutdownReason.ReplyCode: Constants.NotAllowed }:
                    return $"refuses user '{factory.UserName}' the virtual host '{factory.VirtualHost}': it does not exist, or the user has no right to it";
                case OperationInterruptedException { ShutdownReason: { ReplyCode: Constants.AccessRefused } reason }:
                    return $"refuses user '{factory.UserName}': {reason.ReplyText}";
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
