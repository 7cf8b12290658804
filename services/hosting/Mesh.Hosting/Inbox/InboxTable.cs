using System.Data.Common;
using Dapper;

namespace Mesh.Hosting.Inbox;

/// <summary>The inbox's rows: which messages were taken.</summary>
public static class InboxTable
{
    /// <summary>
    /// Takes a message within the transaction of what it causes; false if it was taken before, so that nothing may be done.
    /// Two transactions that take the same message at once: the second waits for the first, and is told how that went.
    /// </summary>
    public static async Task<bool> TryAddAsync(DbConnection connection, DbTransaction transaction, MessageIdentity message, DateTimeOffset now) =>
        await connection.ExecuteAsync(
            "INSERT INTO inbox (message, taken_at) VALUES (@message, @now) ON CONFLICT (message) DO NOTHING",
            new { message = message.Value, now = now.ToUnixTimeMilliseconds() }, transaction) == 1;

    internal static Task<int> DeleteOlderThanAsync(DbConnection connection, DbTransaction transaction, DateTimeOffset takenBefore) =>
        connection.ExecuteAsync("DELETE FROM inbox WHERE taken_at < @before", new { before = takenBefore.ToUnixTimeMilliseconds() }, transaction);
}
