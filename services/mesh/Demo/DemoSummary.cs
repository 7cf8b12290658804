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
    public static DemoSummary Of(IReadOnlyList<DemoMove> moves, IReadOnlyList<Row> rows) =>
        new([.. moves.Select(move => Of(move, rows.FirstOrDefault(row => row.Id == move.Id)))]);

    /// <summary>The verdict in words.</summary>
    public string Verdict => IsAsExpected
        ? $"All {Lines.Count} ended as expected."
        : $"{Lines.Count(line => !line.IsAsExpected)} of {Lines.Count} did not end as expected.";

    private static Line Of(DemoMove move, Row? row) => new(
        move.Vm,
        $"{Words.Of(row?.Source)} → {move.To}",
        row is { HasEnded: true } ? Words.Short(row.Phase, row.Outcome) : "not ended",
        row?.Outcome == MigrationOutcome.Refused ? Words.None : Words.Of(row?.TotalTime),
        row is { Succeeded: true } ? Words.Of(row.ActualDowntime) : Words.None,
        row?.Transferred is { Count: > 0 } sent ? sent.ToString() : Words.None,
        row?.Sample is { Iteration: > 0 } sample ? $"{sample.Iteration}" : Words.None,
        Notes(move, row),
        row?.Outcome == move.Expected);

    private static string Notes(DemoMove move, Row? row)
    {
        List<string> notes = [move.Story];
        if (row?.ThrottleMax is { Value: > 0 } throttle)
            notes.Add($"by up to {throttle}");
        if (move.Policy is not null && row is { Steered.Length: > 0 })
            notes.Add(row.Steered);
        if (row is { Outcome: MigrationOutcome.Refused })
            notes = [Words.OneLine(row.Reason)];
        if (row?.Outcome != move.Expected)
            notes.Add($"expected {Words.Of(move.Expected)}, {Instead(row)}");
        return string.Join(", ", notes);
    }

    private static string Instead(Row? row) => row switch
    {
        null => "but it never began",
        { HasEnded: false } => $"but it stands at {Words.Of(row.Phase)}",
        { Reason.Length: > 0 } => $"but: {Words.OneLine(row.Reason)}",
        _ => "but it ended otherwise",
    };

    /// <summary>One move's end, in words.</summary>
    internal sealed record Line(
        string Vm, string Route, string Outcome, string Total, string Downtime, string Sent, string Passes, string Notes, bool IsAsExpected);
}
