using System.Data.Common;
using Dapper;

namespace Mesh.Hosting.Outbox;

/// <summary>The outbox's rows.</summary>
public static class OutboxTable
{
    /// <summary>Adds messages within a transaction; after its commit, set the <see cref="OutboxSignal"/>.</summary>
    /// <param name="connection">The store.</param>
    /// <param name="transaction">The transaction that decides them.</param>
    /// <param name="messages">The messages, in the order of sending.</param>
    /// <param name="now">The time of the transaction.</param>
    public static async Task AddAsync(DbConnection connection, DbTransaction transaction, IReadOnlyList<OutboxMessage> messages, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(messages);
        foreach (var message in messages)
            await connection.ExecuteAsync(
                "INSERT INTO outbox (message_type, queue, body, enqueued_at) VALUES (@MessageType, @Queue, @Body, @now)",
                new { message.MessageType, message.Queue, message.Body, now = now.ToUnixTimeMilliseconds() }, transaction);
    }

    internal static async Task<IReadOnlyList<Row>> ReadBatchAsync(DbConnection connection, long after, int countMax) =>
        [.. await connection.QueryAsync<Row>($"{SelectRow} WHERE seq > @after ORDER BY seq LIMIT @countMax", new { after, countMax })];

    // One by one and not up to the last: a concurrent transaction may make a lower number visible after a higher one.
    internal static Task<int> RemoveAsync(DbConnection connection, DbTransaction transaction, IEnumerable<long> sent) =>
        connection.ExecuteAsync("DELETE FROM outbox WHERE seq = @seq", sent.Select(seq => new { seq }), transaction);

    /// <summary>Moves a row that can never be sent to outbox_rejected.</summary>
    internal static async Task RejectAsync(DbConnection connection, DbTransaction transaction, Row row, string reason, DateTimeOffset now)
    {
        await connection.ExecuteAsync(
            """
            INSERT INTO outbox_rejected (seq, message_type, queue, body, reason, enqueued_at, rejected_at)
            VALUES (@Seq, @MessageType, @Queue, @Body, @reason, @EnqueuedAt, @now) ON CONFLICT (seq) DO NOTHING
            """,
            new { row.Seq, row.MessageType, row.Queue, row.Body, row.EnqueuedAt, reason, now = now.ToUnixTimeMilliseconds() }, transaction);
        await RemoveAsync(connection, transaction, [row.Seq]);
    }

    private const string SelectRow = "SELECT seq AS Seq, message_type AS MessageType, queue AS Queue, body AS Body, enqueued_at AS EnqueuedAt FROM outbox";

    internal class Row
    {
        public long Seq { get; init; }

        public string MessageType { get; init; } = "";

        public string? Queue { get; init; }

        public string Body { get; init; } = "";

        public long EnqueuedAt { get; init; }
    }
}
