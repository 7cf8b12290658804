using System.Runtime.ExceptionServices;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Outbox;

/// <summary>
/// Sends what the outbox holds, in order for each queue. A message leaves the outbox only after the broker has taken it, so a crash
/// in between sends it again: receivers take a repeated message as one. What cannot be sent whatever is done is set aside.
/// </summary>
internal sealed partial class OutboxDispatcher(
    MeshDatabase database, IMessageBus bus, OutboxSignal signal, OutboxRoutes routes, TimeProvider time, ILogger<OutboxDispatcher> log)
    : IHostedService, IDisposable
{
    private const int BatchMax = 200;
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(10);

    // Sent, and still in the store, because it could not be written since: not to be sent again by this process.
    private readonly HashSet<long> _sent = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = RunAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        // The start goes on without waiting for what lies in the outbox.
        await Task.Yield();
        var retry = TimeSpan.FromMilliseconds(200);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await SendAllAsync(stopping);
                retry = TimeSpan.FromMilliseconds(200);
                await signal.WaitAsync(PollInterval, time, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever keeps a message from going out, it stays in the outbox and is tried again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogSendFailed(e, retry.TotalSeconds);
                await Task.Delay(retry, time, stopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                retry = retry * 2 < RetryMax ? retry * 2 : RetryMax;
            }
        }
    }

    /// <summary>Goes once through the outbox. A queue that takes nothing holds up what goes to it, and nothing else.</summary>
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
                    await OutboxTable.RejectAsync(connection, transaction, row, reason, time.GetUtcNow());
                    return true;
                }, cancellation);
            LogRejected(row.Seq, row.MessageType, reason);
            return null;
        }

        try
        {
            await send(bus, row.Queue, cancellation);
            _sent.Add(row.Seq);
            return null;
        }
#pragma warning disable CA1031 // Told when all that can go has gone.
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

    [LoggerMessage(100, LogLevel.Warning, "The outbox could not send; it tries again in {RetrySeconds} s")]
    private partial void LogSendFailed(Exception exception, double retrySeconds);

    [LoggerMessage(101, LogLevel.Error, "Outbox message {Seq} of type {MessageType} can never be sent and is set aside: {Reason}")]
    private partial void LogRejected(long seq, string messageType, string reason);
}
