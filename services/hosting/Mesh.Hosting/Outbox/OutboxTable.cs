using System.Data.Common;
using Dapper;

namespace Mesh.Hosting.Outbox;

/// <summary>The outbox's rows.</summary>
public static class OutboxTable
{
    /// <summary>Keeps messages within a transaction; after its commit the <see cref="OutboxSignal"/> is to be raised.</summary>
    public static async Task AddAsync(DbConnection connection, DbTransaction transaction, IReadOnlyList<OutboxMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        foreach (var message in messages)
            await connection.ExecuteAsync(
                "INSERT INTO outbox (message_type, queue, body) VALUES (@MessageType, @Queue, @Body)", message, transaction);
    }

    internal static async Task<IReadOnlyList<Row>> NextAsync(DbConnection connection, int countMax) =>
        [.. await connection.QueryAsync<Row>(
            "SELECT seq AS Seq, message_type AS MessageType, queue AS Queue, body AS Body FROM outbox ORDER BY seq LIMIT @countMax", new { countMax })];

    // One by one and not up to the last: where several transactions write at once, a lower number may become visible after a higher one.
    internal static Task<int> RemoveAsync(DbConnection connection, DbTransaction transaction, IReadOnlyList<long> sent) =>
        connection.ExecuteAsync("DELETE FROM outbox WHERE seq = @seq", sent.Select(seq => new { seq }), transaction);

    internal sealed class Row
    {
        public long Seq { get; init; }

        public string MessageType { get; init; } = "";

        public string? Queue { get; init; }

        public string Body { get; init; } = "";
    }
}
