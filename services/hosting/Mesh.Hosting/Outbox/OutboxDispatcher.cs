using System.Runtime.ExceptionServices;
using Mesh.Core;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Store;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Outbox;

/// <summary>
/// Sends what the outbox holds, in order for each queue. A message leaves the outbox only after the broker has confirmed it, so a crash
/// in between sends it again: receivers handle a repeated message once. What can never be sent is set aside.
/// </summary>
internal sealed partial class OutboxDispatcher(
    MeshDatabase database, IMessageBus bus, OutboxSignal signal, OutboxRoutes routes, TimeProvider time, ILogger<OutboxDispatcher> log)
    : BackgroundLoop("Outbox dispatch", new ExponentialBackoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10)), time, log)
{
    private const int BatchMax = 200;
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    // Sent, but still in the store because it could not be written since: not to be sent again by this process.
    private readonly HashSet<long> _sent = [];

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        await SendAllAsync(stopping);
        return PollInterval;
    }

    protected override Task WaitAsync(TimeSpan delay, CancellationToken stopping) => signal.WaitAsync(delay, Time, stopping);

    // A queue that accepts nothing delays its own messages, and no others.
    private async Task SendAllAsync(CancellationToken cancellation)
    {
        var failures = new Dictionary<string, ExceptionDispatchInfo>(StringComparer.Ordinal);
        var after = long.MinValue;
        while (true)
        {
            var from = after;
            var rows = await database.ReadAsync(connection => OutboxTable.ReadBatchAsync(connection, from, BatchMax), cancellation);
            try
            {
                foreach (var row in rows.Where(row => !_sent.Contains(row.Seq) && !failures.ContainsKey(row.Queue ?? "")))
                    if (await SendAsync(row, cancellation) is { } failure)
                        failures.Add(row.Queue ?? "", failure);
            }
            finally
            {
                await RemoveSentAsync();
            }

            if (rows.Count < BatchMax)
                break;
            after = rows[^1].Seq;
        }

        failures.Values.FirstOrDefault()?.Throw();
    }

    private async Task<ExceptionDispatchInfo?> SendAsync(OutboxTable.Row row, CancellationToken cancellation)
    {
        if (routes.TryRead(row, out var reason) is not { } send)
        {
            await database.WriteAsync(
                async (connection, transaction) =>
                {
                    await OutboxTable.RejectAsync(connection, transaction, row, reason, Time.GetUtcNow());
                    return true;
                }, cancellation);
            LogRejected(Log, row.Seq, row.MessageType, reason);
            return null;
        }

        try
        {
            await send(bus, row.Queue, cancellation);
            _sent.Add(row.Seq);
            return null;
        }
#pragma warning disable CA1031 // Thrown once everything that can be sent has been.
        catch (Exception e) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return ExceptionDispatchInfo.Capture(e);
        }
    }

    private async Task RemoveSentAsync()
    {
        if (_sent.Count == 0)
            return;
        await database.WriteAsync((connection, transaction) => OutboxTable.RemoveAsync(connection, transaction, _sent), CancellationToken.None);
        _sent.Clear();
    }

    [LoggerMessage(101, LogLevel.Error, "Outbox message {Seq} of type {MessageType} can never be sent and was set aside: {Reason}")]
    private static partial void LogRejected(ILogger log, long seq, string messageType, string reason);
}

/// <summary>Wakes the dispatcher when there is something to send.</summary>
public sealed class OutboxSignal
{
    private readonly AsyncSignal _pending = new();

    /// <summary>To be called after the commit of a transaction that added messages.</summary>
    public void Set() => _pending.Set();

    internal Task<bool> WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellation) => _pending.WaitAsync(limit, time, cancellation);
}
