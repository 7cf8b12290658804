using Mesh.Core;
using Mesh.Hosting.Background;
using Mesh.Hosting.Store;
using Mesh.Migrations.Host.Store;
using Microsoft.Extensions.Options;

namespace Mesh.Migrations.Host.Running;

/// <summary>Deletes ended migrations and their journals after the time of <see cref="StoreOptions.Retention"/>, a few rows at a time.</summary>
internal sealed partial class MigrationRetention(RetentionStore store, IOptions<StoreOptions> options, TimeProvider time, ILogger<MigrationRetention> log)
    : BackgroundLoop("Retention", new ExponentialBackoff(CleanupInterval, CleanupInterval), time, log)
{
    public static readonly TimeSpan CleanupInterval = TimeSpan.FromHours(1);

    /// <summary>Between two batches, so that whatever waits to write comes first.</summary>
    private static readonly TimeSpan BatchPause = TimeSpan.FromMilliseconds(50);

    protected override TimeSpan InitialDelay => CleanupInterval;

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        if (options.Value.Retention == TimeSpan.Zero)
            return CleanupInterval;
        var endedBefore = Time.GetUtcNow() - options.Value.Retention;
        var count = 0;
        foreach (var id in await store.FindEndedAsync(endedBefore, stopping))
        {
            while (await store.DeleteBatchAsync(id, stopping))
                await Task.Delay(BatchPause, Time, stopping);
            count++;
        }

        if (count > 0)
            LogDeleted(Log, count, endedBefore);
        return CleanupInterval;
    }

    [LoggerMessage(2049, LogLevel.Information, "Deleted {Count} migrations that ended before {EndedBefore:u}, with their journals")]
    private static partial void LogDeleted(ILogger log, int count, DateTimeOffset endedBefore);
}
