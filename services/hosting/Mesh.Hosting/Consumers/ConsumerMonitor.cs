using MassTransit;
using Mesh.Core;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using IRabbitConnection = RabbitMQ.Client.IConnection;

namespace Mesh.Hosting.Consumers;

/// <summary>
/// Checks on the broker that every queue of this process still has a consumer, and restarts the bus if one has lost it. After a broker restart
/// MassTransit has been seen to send again and to consume nothing from a queue, with a health check that says that all is well
/// (MassTransit issues 2072, 5692 and 6095): the service would wait for messages for ever.
/// </summary>
internal sealed partial class ConsumerMonitor(IBusControl bus, IOptions<BusOptions> options, ILogger<ConsumerMonitor> log)
    : BackgroundLoop("Consumer check", new ExponentialBackoff(CheckInterval, CheckInterval), TimeProvider.System, log)
{
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    /// <summary>MassTransit reconnects by itself within a few seconds; the bus is restarted only if it does not.</summary>
    private const int ChecksBeforeRestart = 4;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, int> _missing = new(StringComparer.Ordinal);
    private readonly HashSet<string> _consumed = new(StringComparer.Ordinal);
    private IRabbitConnection? _connection;

    /// <summary>The names of the queues that this process consumes from.</summary>
    public Func<IEnumerable<string>> Queues { get; init; } = () => bus.CheckHealth().Endpoints.Keys.Select(address => new Uri(address).AbsolutePath.Split('/')[^1]);

    protected override TimeSpan InitialDelay => CheckInterval;

    public override Task StartAsync(CancellationToken cancellationToken) => options.Value.IsInMemory ? Task.CompletedTask : base.StartAsync(cancellationToken);

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        if (await FindAbandonedQueuesAsync(stopping) is not { } abandoned)
        {
            // Without a broker nothing can be said about its queues.
            _missing.Clear();
            return CheckInterval;
        }

        foreach (var queue in _missing.Keys.Except(abandoned, StringComparer.Ordinal).ToList())
            _missing.Remove(queue);
        foreach (var queue in abandoned)
            _missing[queue] = _missing.GetValueOrDefault(queue) + 1;
        var lost = _missing.Where(queue => queue.Value >= ChecksBeforeRestart).Select(queue => queue.Key).Order(StringComparer.Ordinal).ToList();
        if (lost.Count > 0)
        {
            LogRestarting(Log, string.Join(", ", lost));
            await RestartAsync(stopping);
            _missing.Clear();
        }

        return CheckInterval;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            _connection?.Dispose();
    }

    /// <summary>
    /// The queues that had a consumer and have none any more; null if the broker cannot be asked. MassTransit starts the queue for replies
    /// with the first request.
    /// </summary>
    internal async Task<IReadOnlyList<string>?> FindAbandonedQueuesAsync(CancellationToken stopping)
    {
        try
        {
            if (_connection is not { IsOpen: true })
            {
                _connection?.Dispose();
                _connection = await CreateConnectionAsync(stopping);
            }

            List<string> abandoned = [];
            foreach (var queue in Queues().Distinct(StringComparer.Ordinal))
                if (await HasConsumerAsync(_connection, queue, stopping))
                    _consumed.Add(queue);
                else if (_consumed.Contains(queue))
                    abandoned.Add(queue);
            return abandoned;
        }
        catch (Exception e) when (e is BrokerUnreachableException or RabbitMQClientException or IOException or TimeoutException or ObjectDisposedException)
        {
            return null;
        }
    }

    private Task<IRabbitConnection> CreateConnectionAsync(CancellationToken stopping) => new ConnectionFactory
    {
        Uri = new Uri(options.Value.Broker),
        AutomaticRecoveryEnabled = false,
        RequestedConnectionTimeout = CheckInterval,
        ClientProvidedName = "mesh consumer check",
    }.CreateConnectionAsync(stopping);

    // A refusal closes the channel, so each queue has its own.
    private static async Task<bool> HasConsumerAsync(IRabbitConnection connection, string queue, CancellationToken stopping)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stopping);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, stopping)).ConsumerCount > 0;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode is Constants.NotFound or Constants.ResourceLocked)
        {
            // An exclusive queue goes with the connection that consumes from it.
            return e.ShutdownReason.ReplyCode is Constants.ResourceLocked;
        }
    }

    private async Task RestartAsync(CancellationToken stopping)
    {
        using (var timeout = CancellationTokenSource.CreateLinkedTokenSource(stopping))
        {
            timeout.CancelAfter(StopTimeout);
            try
            {
                await bus.StopAsync(timeout.Token);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                // What hangs in it is left behind.
            }
        }

        await bus.StartAsync(stopping);
        LogRestarted(Log);
    }

    [LoggerMessage(160, LogLevel.Error, "No consumer is left on {Queues} although the broker is reachable; restarting the bus")]
    private static partial void LogRestarting(ILogger log, string queues);

    [LoggerMessage(161, LogLevel.Information, "The bus has restarted; consuming again")]
    private static partial void LogRestarted(ILogger log);
}
