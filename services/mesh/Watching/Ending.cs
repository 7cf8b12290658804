using Mesh.Cli.Output;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Watching;

/// <summary>A migration's end in words.</summary>
internal static class Ending
{
    /// <summary>The line that ends the watching of one migration, such as <c>completed in 12.1 s, downtime 180 ms, 4.2 GiB sent</c>.</summary>
    public static string InWords(Row row)
    {
        var line = row.Outcome switch
        {
            MigrationOutcome.Completed => "completed",
            MigrationOutcome.CompletedPostCopy => "completed by post-copy",
            MigrationOutcome.Refused => "refused",
            MigrationOutcome.AbortedByOperator => "aborted",
            MigrationOutcome.AbortedByPolicy => "aborted by its policy",
            MigrationOutcome.TimedOut => "aborted by a hard limit",
            MigrationOutcome.Failed => "failed",
            MigrationOutcome.PostCopyFailed => "stands still on both hosts, for post-copy lost its connection",
            MigrationOutcome.Lost => "lost: neither host runs the machine",
            _ => Words.Of(row.Phase),
        };
        if (row.TotalTime is { } total)
            line += $" after {Words.Of(total)}";
        if (row.Succeeded && row.ActualDowntime is { } downtime)
            line += $", downtime {Words.Of(downtime)}";
        if (row.Transferred is { Count: > 0 } sent)
            line += $", {sent} sent";
        return row.Reason.Length > 0 ? $"{line}: {row.Reason}" : line;
    }
}
