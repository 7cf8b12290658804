using Mesh.Cli.Output;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Watching;

/// <summary>A migration's end in words.</summary>
internal static class OutcomeText
{
    /// <summary>The line that ends the watching of one migration, such as <c>completed in 12.1 s, downtime 180 ms, 4.2 GiB sent</c>.</summary>
    public static string Describe(MigrationRow row)
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
            _ => TextFormatter.Format(row.Phase),
        };
        if (row.TotalTime is { } total)
            line += $" after {TextFormatter.Format(total)}";
        if (row.Succeeded && row.ActualDowntime is { } downtime)
            line += $", downtime {TextFormatter.Format(downtime)}";
        if (row.Transferred is { Count: > 0 } sent)
            line += $", {sent} sent";
        return row.Reason.Length > 0 ? $"{line}: {row.Reason}" : line;
    }
}
