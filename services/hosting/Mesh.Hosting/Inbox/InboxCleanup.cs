using Mesh.Hosting.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Inbox;

/// <summary>Forgets messages that were taken so long ago that nobody sends them again.</summary>
internal sealed partial class InboxCleanup(MeshDatabase database, IOptions<StoreOptions> options, TimeProvider time, ILogger<InboxCleanup> log)
    : IHostedService, IDisposable
{
    /// <summary>Time between two purges; the first comes as long after the start.</summary>
    public static readonly TimeSpan CleanupInterval = TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = RunAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping.Cancel();
        return _loop;
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(CleanupInterval, time, stopping);
                var before = time.GetUtcNow() - options.Value.InboxRetention;
                await database.WriteAsync((connection, transaction) => InboxTable.DeleteOlderThanAsync(connection, transaction, before), stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever keeps the store from forgetting, it is tried again; nothing depends on it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogCleanupFailed(e);
            }
        }
    }

    [LoggerMessage(110, LogLevel.Warning, "Messages taken long ago could not be forgotten; it is tried again")]
    private partial void LogCleanupFailed(Exception exception);
}
