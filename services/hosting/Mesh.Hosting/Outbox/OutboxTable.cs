using System.Data.Common;
using Dapper;

namespace Mesh.Hosting.Outbox;

/// <summary>The outbox's rows.</summary>
public static class OutboxTable
{
    /// <summary>Keeps messages within a transaction; after its commit the <see cref="OutboxSignal"/> is to be raised.</summary>
    /// <param name="connection">The store.</param>
    /// <param name="transaction">The transaction that decides them.</param>
    /// <param name="messages">The messages, in the order in which they are to be sent.</param>
    /// <param name="now">Since when they wait.</param>
    public static async Task AddAsync(DbConnection connection, DbTransaction transaction, IReadOnlyList<OutboxMessage> messages, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(messages);
        foreach (var message in messages)
            await connection.ExecuteAsync(
                "INSERT INTO outbox (message_type, queue, body, kept_at) VALUES (@MessageType, @Queue, @Body, @now)",
                new { message.MessageType, message.Queue, message.Body, now = now.ToUnixTimeMilliseconds() }, transaction);
    }

    internal static async Task<IReadOnlyList<Row>> ReadBatchAsync(DbConnection connection, long after, int countMax) =>
        [.. await connection.QueryAsync<Row>($"{SelectRow} WHERE seq > @after ORDER BY seq LIMIT @countMax", new { after, countMax })];

    // One by one and not up to the last: where several transactions write at once, a lower number may become visible after a higher one.
    internal static Task<int> RemoveAsync(DbConnection connection, DbTransaction transaction, IEnumerable<long> sent) =>
        connection.ExecuteAsync("DELETE FROM outbox WHERE seq = @seq", sent.Select(seq => new { seq }), transaction);

    /// <summary>Sets a row aside that cannot be sent whatever is done.</summary>
    internal static async Task RejectAsync(DbConnection connection, DbTransaction transaction, Row row, string reason, DateTimeOffset now)
    {
        await connection.ExecuteAsync(
            """
            INSERT INTO outbox_rejected (seq, message_type, queue, body, reason, rejected_at)
            VALUES (@Seq, @MessageType, @Queue, @Body, @reason, @now) ON CONFLICT (seq) DO NOTHING
            """,
            new { row.Seq, row.MessageType, row.Queue, row.Body, reason, now = now.ToUnixTimeMilliseconds() }, transaction);
        await RemoveAsync(connection, transaction, [row.Seq]);
    }

    private const string SelectRow = "SELECT seq AS Seq, message_type AS MessageType, queue AS Queue, body AS Body, kept_at AS KeptAt FROM outbox";

    internal class Row
    {
        public long Seq { get; init; }

        public string MessageType { get; init; } = "";

        public string? Queue { get; init; }

        public string Body { get; init; } = "";

        public long? KeptAt { get; init; }
    }
}
