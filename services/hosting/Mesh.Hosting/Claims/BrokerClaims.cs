using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Mesh.Hosting.Claims;

/// <summary>
/// The broker's side of claims. For each queue at which a mesh answers requests there is an empty durable queue with an argument that names the
/// store. Declaring it is one atomic step, in which the first store wins and every other is refused.
/// </summary>
internal static class BrokerClaims
{
    private const string Suffix = ".claim";

    /// <summary>An argument that RabbitMQ compares when a queue is declared again. Nothing is ever sent to the queue.</summary>
    private const string OwnerArgument = "x-dead-letter-routing-key";

    /// <summary>No store's identity: declaring a queue with it is refused with the identity that it has.</summary>
    private const string Nobody = "?";

    /// <summary>The store for which a queue is claimed; null if it is not.</summary>
    public static async Task<string?> ReadAsync(IConnection connection, string queue, CancellationToken cancellation)
    {
        if (!await ExistsAsync(connection, queue + Suffix, cancellation))
            return null;
        var owner = await DeclareAsync(connection, queue, Nobody, cancellation);

        // It was released in between, and is claimed for nobody now.
        if (owner is null)
            await ReleaseAsync(connection, queue, cancellation);
        return owner == Nobody ? null : owner;
    }

    /// <summary>Claims a queue for a store, or confirms that it is; returns null, or the store for which it is claimed.</summary>
    public static Task<string?> ClaimAsync(IConnection connection, string queue, string store, CancellationToken cancellation) =>
        DeclareAsync(connection, queue, store, cancellation);

    /// <summary>Frees a queue; does nothing if it is not claimed.</summary>
    public static async Task ReleaseAsync(IConnection connection, string queue, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await channel.QueueDeleteAsync(queue + Suffix, ifUnused: false, ifEmpty: false, noWait: false, cancellation);
    }

    // Asking for a queue that does not exist closes the channel, so each request has its own.
    private static async Task<bool> ExistsAsync(IConnection connection, string queue, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, cancellation);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }

    private static async Task<string?> DeclareAsync(IConnection connection, string queue, string store, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        try
        {
            await channel.QueueDeclareAsync(
                queue + Suffix, durable: true, exclusive: false, autoDelete: false,
                new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-dead-letter-exchange"] = "", [OwnerArgument] = store },
                cancellationToken: cancellation);
            return null;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.PreconditionFailed } refused)
        {
            return OwnerIn(refused.ReplyText);
        }
    }

    // "PRECONDITION_FAILED - inequivalent arg 'x-dead-letter-routing-key' for queue '…' in vhost '/': received 'a' but current is 'b'"
    private static string OwnerIn(string reply)
    {
        const string Before = "but current is '";
        return reply.IndexOf(Before, StringComparison.Ordinal) is var at and >= 0 && reply.LastIndexOf('\'') is var end && end > at + Before.Length
            ? reply[(at + Before.Length)..end]
            : $"unknown ({reply})";
    }
}
