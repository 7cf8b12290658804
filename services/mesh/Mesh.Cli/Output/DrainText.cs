using Mesh.Cli.Shell;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Output;

/// <summary>Drains as tables and text.</summary>
internal static class DrainText
{
    /// <summary>Blocked VMs, the planned moves, and the estimated duration.</summary>
    public static void WritePlan(Io io, DrainView drain)
    {
        WriteBlocked(io, drain);
        var table = new TextTable("VM", "FROM", "TO", "STARTS AFTER", "DURATION", "DATA", "EXCLUSIVE");
        foreach (var move in drain.Moves)
            table.Add(
                move.VmName, move.From.ToString(), move.To.ToString(), TextFormatter.Format(move.StartOffset),
                TextFormatter.Format(move.EstimatedDuration), move.DataSize.ToString(), move.Exclusive ? "yes" : TextFormatter.Placeholder);
        table.Write(io);
        io.Out.WriteLine();
        io.Out.WriteLine(DescribePrediction(drain));
    }

    /// <summary>The VMs that cannot be migrated; nothing if there are none.</summary>
    public static void WriteBlocked(Io io, DrainView drain)
    {
        if (drain.BlockedVms.Count == 0)
            return;
        io.Out.WriteLine($"{DescribeVmCount(drain.BlockedVms.Count)} cannot be migrated:");
        var table = new TextTable("VM", "HOST", "REASON", "ADVICE");
        foreach (var blocked in drain.BlockedVms)
            table.Add(blocked.VmName, blocked.Host.ToString(), RatingText.Describe(blocked.Refusals), TextFormatter.ToSingleLine(blocked.Advice));
        table.Write(io);
        io.Out.WriteLine();
    }

    /// <summary>All moves of a drain and their states.</summary>
    public static TextTable CreateTable(DrainView drain)
    {
        var table = new TextTable("VM", "FROM", "TO", "STATE", "MIGRATION", "ATTEMPTS", "DURATION", "MESSAGE");
        foreach (var move in drain.Moves)
            table.Add(
                move.VmName, move.From.ToString(), move.To.ToString(), TextFormatter.Format(move.State),
                move.Migration?.ToString() ?? TextFormatter.Placeholder, $"{move.Attempts}", TextFormatter.Format(move.EstimatedDuration), TextFormatter.ToSingleLine(move.Message));
        return table;
    }

    /// <summary>The estimated duration and its lower bound.</summary>
    public static string DescribePrediction(DrainView drain) =>
        $"{DescribeVmCount(drain.Moves.Count)}, {DescribeDataSize(drain)}: "
        + $"estimated duration {TextFormatter.Format(drain.Makespan)} (lower bound {TextFormatter.Format(drain.LowerBound)})";

    /// <summary>The progress, such as <c>40 %, 3 of 7 VMs migrated, 2 migrating, 1 failed; expected to end in 120.0 s</c>.</summary>
    public static string DescribeProgress(DrainView drain, DateTimeOffset now)
    {
        int Count(DrainMoveState state) => drain.Moves.Count(move => move.State == state);
        var line = $"{drain.Progress}, {Count(DrainMoveState.Completed)} of {DescribeVmCount(drain.Moves.Count)} migrated";
        foreach (var state in (DrainMoveState[])[DrainMoveState.Migrating, DrainMoveState.Failed, DrainMoveState.Skipped])
            if (Count(state) is > 0 and var count)
                line += $", {count} {TextFormatter.Format(state)}";
        return drain is { State: DrainState.Running, ExpectedEnd: { } end } && end > now ? $"{line}; expected to end in {TextFormatter.Format(end - now)}" : line;
    }

    public static string DescribeHosts(DrainView drain) => string.Join(", ", drain.Hosts);

    /// <summary>The result of a drain.</summary>
    public static string DescribeEnd(DrainView drain)
    {
        var left = drain.BlockedVms.Select(blocked => $"{blocked.VmName} ({blocked.Advice})")
            .Concat(drain.Moves.Where(move => move.State == DrainMoveState.Failed).Select(move => $"{move.VmName} ({move.Message})")).ToList();
        var line = drain.State switch
        {
            DrainState.Cancelled => "was cancelled",
            DrainState.Running => "is still running",
            _ when left.Count > 0 => $"ended with {DescribeVmCount(left.Count)} not migrated: {string.Join("; ", left)}",
            _ => $"completed{(drain.EndedAt is { } end ? $" after {TextFormatter.Format(end - drain.At)}" : "")}: "
                + $"{DescribeVmCount(drain.Moves.Count(move => move.State == DrainMoveState.Completed))} migrated",
        };
        return TextFormatter.ToSingleLine($"drain {drain.Id} of {DescribeHosts(drain)} {line}");
    }

    private static string DescribeDataSize(DrainView drain) => new Bytes(drain.Moves.Sum(move => move.DataSize.Count)).ToString();

    private static string DescribeVmCount(int count) => count == 1 ? "1 VM" : $"{count} VMs";
}
