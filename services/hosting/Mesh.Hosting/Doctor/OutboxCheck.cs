using Dapper;
using Mesh.Hosting.Outbox;

namespace Mesh.Hosting.Doctor;

/// <summary>Messages that wait to be sent, that never can be, and that were set aside because of that.</summary>
internal sealed class OutboxCheck(OutboxRoutes routes) : IStoreCheck
{
    /// <summary>A mesh that is running and connected to its broker sends within seconds.</summary>
    public static readonly TimeSpan MaxPendingAge = TimeSpan.FromMinutes(5);

    private const int PageMax = 500;

    public string Name => "outbox";

    public async Task RunAsync(DiagnosticContext context)
    {
        var waiting = 0;
        var oldest = long.MaxValue;
        for (var after = long.MinValue; await OutboxTable.ReadBatchAsync(context.Connection, after, PageMax) is { Count: > 0 } page; after = page[^1].Seq)
            foreach (var row in page)
            {
                if (routes.TryRead(row, out var reason) is null)
                {
                    await context.ReportAsync(
                        DoctorFinding.Problem(Name, $"message {row.Seq} of type {row.MessageType} for {row.Queue ?? "subscribers"}", $"can never be sent: {reason}"),
                        "set aside",
                        "sets it aside (table outbox_rejected)",
                        transaction => OutboxTable.RejectAsync(context.Connection, transaction, row, reason, context.Now));
                    continue;
                }

                waiting++;
                oldest = Math.Min(oldest, row.EnqueuedAt);
            }

        context.AddChecked($"{waiting} outbox messages");
        if (waiting > 0)
            ReportPending(context, waiting, oldest);
        await CheckRejectedAsync(context);
    }

    private void ReportPending(DiagnosticContext context, int waiting, long oldest)
    {
        var age = context.Now - DateTimeOffset.FromUnixTimeMilliseconds(oldest);
        var message = $"{waiting} waiting to be sent, the oldest for {(long)age.TotalSeconds} s";
        context.Report(age > MaxPendingAge
            ? DoctorFinding.Problem(Name, "messages", $"{message}: no mesh is running on this store, or it cannot reach its broker")
            : DoctorFinding.Notice(Name, "messages", message));
    }

    private async Task CheckRejectedAsync(DiagnosticContext context)
    {
        var rejected = (await context.Connection.QueryAsync<RejectedRow>(
            """
            SELECT seq AS Seq, message_type AS MessageType, queue AS Queue, body AS Body, reason AS Reason, enqueued_at AS EnqueuedAt, rejected_at AS RejectedAt
            FROM outbox_rejected ORDER BY seq
            """)).AsList();
        context.AddChecked($"{rejected.Count} rejected messages");
        foreach (var row in rejected)
        {
            var finding = DoctorFinding.Problem(
                "rejected",
                $"message {row.Seq} of type {row.MessageType} for {row.Queue ?? "subscribers"}",
                $"never sent; set aside at {DateTimeOffset.FromUnixTimeMilliseconds(row.RejectedAt):u}: {row.Reason}");
            if (routes.TryRead(row, out _) is null)
                context.Report(finding);
            else
                await context.ReportAsync(
                    finding,
                    "returned to the outbox: this version can send it",
                    "returns it to the outbox: this version can send it",
                    async transaction =>
                    {
                        await context.Connection.ExecuteAsync(
                            "INSERT INTO outbox (message_type, queue, body, enqueued_at) VALUES (@MessageType, @Queue, @Body, @EnqueuedAt)", row, transaction);
                        await context.Connection.ExecuteAsync("DELETE FROM outbox_rejected WHERE seq = @Seq", row, transaction);
                    });
        }
    }

    private sealed class RejectedRow : OutboxTable.Row
    {
        public string Reason { get; init; } = "";

        public long RejectedAt { get; init; }
    }
}
