using System.Data.Common;
using Dapper;
using Mesh.Core;
using Mesh.Hosting.Background;
using Mesh.Hosting.Store;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Inbox;

/// <summary>Deletes inbox entries so old that their senders no longer retry.</summary>
internal sealed class InboxCleanup(MeshDatabase database, IOptions<StoreOptions> options, TimeProvider time, ILogger<InboxCleanup> log)
    : BackgroundLoop("Inbox cleanup", new ExponentialBackoff(CleanupInterval, CleanupInterval), time, log)
{
    public static readonly TimeSpan CleanupInterval = TimeSpan.FromMinutes(10);

    protected override TimeSpan InitialDelay => CleanupInterval;

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        var before = Time.GetUtcNow() - options.Value.InboxRetention;
        await database.WriteAsync((connection, transaction) => InboxTable.DeleteOlderThanAsync(connection, transaction, before), stopping);
        return CleanupInterval;
    }
}

/// <summary>The inbox's rows: which messages were handled.</summary>
public static class InboxTable
{
    /// <summary>
    /// Records a message as handled, within the transaction of its effects; false if it was handled before, so that nothing may be done.
    /// Of two transactions that add the same message at once, the second waits for the first to commit or roll back.
    /// </summary>
    public static async Task<bool> TryAddAsync(DbConnection connection, DbTransaction transaction, MessageIdentity message, DateTimeOffset now) =>
        await connection.ExecuteAsync(
            "INSERT INTO inbox (message, handled_at) VALUES (@message, @now) ON CONFLICT (message) DO NOTHING",
            new { message = message.Value, now = now.ToUnixTimeMilliseconds() }, transaction) == 1;

    internal static Task<int> DeleteOlderThanAsync(DbConnection connection, DbTransaction transaction, DateTimeOffset handledBefore) =>
        connection.ExecuteAsync("DELETE FROM inbox WHERE handled_at < @before", new { before = handledBefore.ToUnixTimeMilliseconds() }, transaction);
}
