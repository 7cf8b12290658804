using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Demo;

/// <summary>How the demonstration went.</summary>
/// <param name="Lines">A line for each move.</param>
internal sealed record DemoSummary(IReadOnlyList<DemoSummary.Line> Lines)
{
    public bool IsAsExpected => Lines.All(line => line.IsAsExpected);

    /// <summary>Puts together how each move ended; a move without a row never began.</summary>
    public static DemoSummary Create(IReadOnlyList<DemoMove> moves, IReadOnlyList<MigrationRow> rows) =>
        new([.. moves.Select(move => Create(move, rows.FirstOrDefault(row => row.Id == move.Id)))]);

    /// <summary>The verdict in words.</summary>
    public string Conclusion => IsAsExpected
        ? $"All {Lines.Count} ended as expected."
        : $"{Lines.Count(line => !line.IsAsExpected)} of {Lines.Count} did not end as expected.";

    private static Line Create(DemoMove move, MigrationRow? row) => new(
        move.Vm,
        $"{TextFormatter.Format(row?.Source)} → {move.To}",
        row is { HasEnded: true } ? TextFormatter.FormatShort(row.Phase, row.Outcome) : "not ended",
        row?.Outcome == MigrationOutcome.Refused ? TextFormatter.Placeholder : TextFormatter.Format(row?.TotalTime),
        row is { Succeeded: true } ? TextFormatter.Format(row.ActualDowntime) : TextFormatter.Placeholder,
        row?.Transferred is { Count: > 0 } sent ? sent.ToString() : TextFormatter.Placeholder,
        row?.Sample is { Copy.Iteration: > 0 and var pass } ? $"{pass}" : TextFormatter.Placeholder,
        Notes(move, row),
        row?.Outcome == move.Expected);

    private static string Notes(DemoMove move, MigrationRow? row)
    {
        List<string> notes = [move.Description];
        if (row?.ThrottleMax is { Value: > 0 } throttle)
            notes.Add($"by up to {throttle}");
        if (move.Policy is not null && row is { PolicySummary.Length: > 0 })
            notes.Add(row.PolicySummary);
        if (row is { Outcome: MigrationOutcome.Refused })
            notes = [TextFormatter.ToSingleLine(row.Reason)];
        if (row?.Outcome != move.Expected)
            notes.Add($"expected {TextFormatter.Format(move.Expected)}, {DescribeActual(row)}");
        return string.Join(", ", notes);
    }

    private static string DescribeActual(MigrationRow? row) => row switch
    {
        null => "but it never began",
        { HasEnded: false } => $"but it stands at {TextFormatter.Format(row.Phase)}",
        { Reason.Length: > 0 } => $"but: {TextFormatter.ToSingleLine(row.Reason)}",
        _ => "but it ended otherwise",
    };

    /// <summary>One move's end, in words.</summary>
    internal sealed record Line(
        string Vm, string Route, string Outcome, string Total, string Downtime, string Sent, string Passes, string Notes, bool IsAsExpected);
}
