using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Output;

/// <summary>Drains as tables and sentences.</summary>
internal static class DrainText
{
    /// <summary>What cannot be moved with what to do about it, each machine with its move, and how long the whole is predicted to take.</summary>
    public static void WritePlan(Io io, DrainView drain)
    {
        WriteBlocked(io, drain);
        var table = new TextTable("VM", "FROM", "TO", "STARTS AFTER", "TAKES", "DATA", "ALONE");
        foreach (var move in drain.Moves)
            table.Add(
                move.VmName, move.From.ToString(), move.To.ToString(), TextFormatter.Format(move.StartOffset), TextFormatter.Format(move.EstimatedDuration), move.DataSize.ToString(), move.Exclusive ? "alone" : TextFormatter.Placeholder);
        table.Write(io);
        io.Out.WriteLine();
        io.Out.WriteLine(DescribePrediction(drain));
    }

    /// <summary>The machines that cannot be moved, before anything else; nothing if there are none.</summary>
    public static void WriteBlocked(Io io, DrainView drain)
    {
        if (drain.BlockedVms.Count == 0)
            return;
        io.Out.WriteLine($"{DescribeVmCount(drain.BlockedVms.Count)} cannot be moved:");
        var table = new TextTable("VM", "HOST", "WHY", "WHAT TO DO");
        foreach (var stuck in drain.BlockedVms)
            table.Add(stuck.VmName, stuck.Host.ToString(), RatingText.Describe(stuck.Refusals), TextFormatter.ToSingleLine(stuck.Advice));
        table.Write(io);
        io.Out.WriteLine();
    }

    /// <summary>Every machine of a drain and where it stands.</summary>
    public static TextTable CreateTable(DrainView drain)
    {
        var table = new TextTable("VM", "FROM", "TO", "STATE", "MIGRATION", "TRIES", "TAKES", "NOTE");
        foreach (var move in drain.Moves)
            table.Add(
                move.VmName, move.From.ToString(), move.To.ToString(), TextFormatter.Format(move.State), move.Migration?.ToString() ?? TextFormatter.Placeholder, $"{move.Attempts}",
                TextFormatter.Format(move.EstimatedDuration), TextFormatter.ToSingleLine(move.Message));
        return table;
    }

    /// <summary>Predicted length beside the lower bound.</summary>
    public static string DescribePrediction(DrainView drain) =>
        $"{DescribeVmCount(drain.Moves.Count)}, {DescribeDataSize(drain)}: predicted to take {TextFormatter.Format(drain.Makespan)}; no plan could take less than {TextFormatter.Format(drain.LowerBound)}";

    /// <summary>How far it has come, such as <c>40 %, 3 of 7 machines moved, 2 on their way, 1 failed; expected to be over in 120.0 s</c>.</summary>
    public static string DescribeProgress(DrainView drain, DateTimeOffset now)
    {
        int Count(DrainMoveState state) => drain.Moves.Count(move => move.State == state);
        var line = $"{drain.Progress}, {Count(DrainMoveState.Completed)} of {DescribeVmCount(drain.Moves.Count)} moved";
        foreach (var (state, words) in ((DrainMoveState, string)[])[(DrainMoveState.Migrating, "on their way"), (DrainMoveState.Failed, "failed"), (DrainMoveState.Skipped, "not moved any more")])
            if (Count(state) is > 0 and var count)
                line += $", {count} {words}";
        return drain is { State: DrainState.Running, ExpectedEnd: { } end } && end > now ? $"{line}; expected to be over in {TextFormatter.Format(end - now)}" : line;
    }

    /// <summary>What a drain is about, such as <c>host-a, host-b</c>.</summary>
    public static string DescribeHosts(DrainView drain) => string.Join(", ", drain.Hosts);

    /// <summary>The end in words.</summary>
    public static string DescribeEnd(DrainView drain)
    {
        var left = drain.BlockedVms.Select(stuck => $"{stuck.VmName} ({stuck.Advice})")
            .Concat(drain.Moves.Where(move => move.State == DrainMoveState.Failed).Select(move => $"{move.VmName} ({move.Message})")).ToList();
        var line = drain.State switch
        {
            DrainState.Cancelled => "was withdrawn",
            DrainState.Running => "goes on",
            _ when left.Count > 0 => $"has left {DescribeVmCount(left.Count)} that {(left.Count == 1 ? "needs" : "need")} a person: {string.Join("; ", left)}",
            _ => $"is done{(drain.EndedAt is { } end ? $" after {TextFormatter.Format(end - drain.At)}" : "")}, {drain.Moves.Count(move => move.State == DrainMoveState.Completed)} moved",
        };
        return TextFormatter.ToSingleLine($"drain {drain.Id} of {DescribeHosts(drain)} {line}");
    }

    private static string DescribeDataSize(DrainView drain) => new Bytes(drain.Moves.Sum(move => move.DataSize.Count)).ToString();

    private static string DescribeVmCount(int count) => count == 1 ? "1 machine" : $"{count} machines";
}
