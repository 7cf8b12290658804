using Mesh.Hosting.Bus;
using Mesh.Hosting.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Outbox;

/// <summary>
/// Sends what the outbox holds, in order. A message leaves the outbox only after the broker has taken it, so a crash in between
/// sends it again: receivers take a repeated message as one.
/// </summary>
internal sealed partial class OutboxDispatcher(
    MeshDatabase database, IMessageBus bus, OutboxSignal signal, IEnumerable<OutboxRoute> routes, TimeProvider time, ILogger<OutboxDispatcher> log)
    : BackgroundService
{
    private const int BatchMax = 200;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, OutboxRoute> _routes = routes.ToDictionary(route => route.Name, StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var retry = TimeSpan.FromMilliseconds(200);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await SendBatchAsync(stoppingToken))
                {
                }

                retry = TimeSpan.FromMilliseconds(200);
                await signal.WaitAsync(LookEvery, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever keeps a message from going out, it stays in the outbox and is tried again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogSendFailed(e, retry.TotalSeconds);
                await Task.Delay(retry, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                retry = retry * 2 < RetryMax ? retry * 2 : RetryMax;
            }
        }
    }

    private async Task<bool> SendBatchAsync(CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(connection => OutboxTable.NextAsync(connection, BatchMax), cancellation);
        var sent = new List<long>();
        try
        {
            foreach (var row in rows)
            {
                if (_routes.TryGetValue(row.MessageType, out var route))
                    await route.SendAsync(bus, row.Queue, row.Body, cancellation);
                else
                    LogNoRoute(row.Seq, row.MessageType);
                sent.Add(row.Seq);
            }
        }
        finally
        {
            if (sent.Count > 0)
                await database.WriteAsync((connection, transaction) => OutboxTable.RemoveAsync(connection, transaction, sent), CancellationToken.None);
        }

        return rows.Count == BatchMax;
    }

    [LoggerMessage(100, LogLevel.Warning, "The outbox could not send; it tries again in {RetrySeconds} s")]
    private partial void LogSendFailed(Exception exception, double retrySeconds);

    [LoggerMessage(101, LogLevel.Error, "Outbox message {Seq} of type {MessageType} has no route in this version and was dropped")]
    private partial void LogNoRoute(long seq, string messageType);
}
