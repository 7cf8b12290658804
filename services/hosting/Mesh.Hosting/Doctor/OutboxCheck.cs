using Dapper;
using Mesh.Hosting.Outbox;

namespace Mesh.Hosting.Doctor;

/// <summary>What waits to be sent, what never can be, and what was set aside because of that.</summary>
internal sealed class OutboxCheck(OutboxRoutes routes) : IStoreCheck
{
    /// <summary>A mesh that runs and reaches its broker sends within seconds.</summary>
    public static readonly TimeSpan MaxPendingAge = TimeSpan.FromMinutes(5);

    private const int PageMax = 500;

    public string Name => "outbox";

    public async Task RunAsync(DiagnosticContext context)
    {
        var waiting = 0;
        long? oldest = null;
        for (var after = long.MinValue; await OutboxTable.ReadBatchAsync(context.Connection, after, PageMax) is { Count: > 0 } page; after = page[^1].Seq)
            foreach (var row in page)
            {
                if (routes.TryRead(row, out var reason) is null)
                {
                    await context.ReportAsync(
                        DoctorFinding.Problem(Name, $"message {row.Seq} of type {row.MessageType} for {row.Queue ?? "everybody"}", $"it can never be sent: {reason}"),
                        "it was set aside",
                        "sets it aside (table outbox_rejected)",
                        transaction => OutboxTable.RejectAsync(context.Connection, transaction, row, reason, context.Now));
                    continue;
                }

                waiting++;
                oldest = row.KeptAt < (oldest ?? long.MaxValue) ? row.KeptAt : oldest;
            }

        context.AddChecked($"{waiting} messages that wait in the outbox");
        if (waiting > 0)
            ReportPending(context, waiting, oldest);
        await CheckRejectedAsync(context);
    }

    private void ReportPending(DiagnosticContext context, int waiting, long? oldest)
    {
        var age = oldest is { } since ? context.Now - DateTimeOffset.FromUnixTimeMilliseconds(since) : (TimeSpan?)null;
        var message = $"{waiting} wait to be sent, the oldest {(age is { } known ? $"for {(long)known.TotalSeconds} s" : "since an earlier version of the mesh")}";
        context.Report(age > MaxPendingAge
            ? DoctorFinding.Problem(Name, "messages", $"{message}: no mesh runs on this store, or it does not reach its broker")
            : DoctorFinding.Notice(Name, "messages", message));
    }

    private async Task CheckRejectedAsync(DiagnosticContext context)
    {
        var rejected = (await context.Connection.QueryAsync<RejectedRow>(
            """
            SELECT seq AS Seq, message_type AS MessageType, queue AS Queue, body AS Body, reason AS Reason, rejected_at AS RejectedAt
            FROM outbox_rejected ORDER BY seq
            """)).AsList();
        context.AddChecked($"{rejected.Count} messages that were set aside");
        foreach (var row in rejected)
        {
            var finding = DoctorFinding.Problem(
                "rejected",
                $"message {row.Seq} of type {row.MessageType} for {row.Queue ?? "everybody"}",
                $"it was never sent and was set aside at {DateTimeOffset.FromUnixTimeMilliseconds(row.RejectedAt):u}: {row.Reason}");
            if (routes.TryRead(row, out _) is null)
                context.Report(finding);
            else
                await context.ReportAsync(
                    finding,
                    "this version can send it, so it was put back into the outbox",
                    "puts it back into the outbox, because this version can send it",
                    async transaction =>
                    {
                        await context.Connection.ExecuteAsync(
                            "INSERT INTO outbox (message_type, queue, body, kept_at) VALUES (@MessageType, @Queue, @Body, @RejectedAt)", row, transaction);
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
