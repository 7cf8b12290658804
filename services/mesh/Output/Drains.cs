using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Output;

/// <summary>Drains as tables and sentences.</summary>
internal static class Drains
{
    /// <summary>What cannot be moved with what to do about it, each machine with its move, and how long the whole is predicted to take.</summary>
    public static void WritePlan(Io io, DrainView drain)
    {
        WriteStuck(io, drain);
        var table = new TextTable("VM", "FROM", "TO", "STARTS AFTER", "TAKES", "DATA", "ALONE");
        foreach (var move in drain.Moves)
            table.Add(
                move.VmName, move.From.ToString(), move.To.ToString(), Words.Of(move.StartsAfter), Words.Of(move.Takes), move.DataSize.ToString(), move.Alone ? "alone" : Words.None);
        table.Write(io);
        io.Out.WriteLine();
        io.Out.WriteLine(Prediction(drain));
    }

    /// <summary>The machines that cannot be moved, before anything else; nothing if there are none.</summary>
    public static void WriteStuck(Io io, DrainView drain)
    {
        if (drain.Stuck.Count == 0)
            return;
        io.Out.WriteLine($"{Machines(drain.Stuck.Count)} cannot be moved:");
        var table = new TextTable("VM", "HOST", "WHY", "WHAT TO DO");
        foreach (var stuck in drain.Stuck)
            table.Add(stuck.VmName, stuck.Host.ToString(), Ratings.InWords(stuck.Refusals), Words.OneLine(stuck.Advice));
        table.Write(io);
        io.Out.WriteLine();
    }

    /// <summary>Every machine of a drain and where it stands.</summary>
    public static TextTable Moves(DrainView drain)
    {
        var table = new TextTable("VM", "FROM", "TO", "STATE", "MIGRATION", "TRIES", "TAKES", "NOTE");
        foreach (var move in drain.Moves)
            table.Add(
                move.VmName, move.From.ToString(), move.To.ToString(), Words.Of(move.State), move.Migration?.ToString() ?? Words.None, $"{move.Tries}",
                Words.Of(move.Takes), Words.OneLine(move.Note));
        return table;
    }

    /// <summary>Predicted length beside the lower bound.</summary>
    public static string Prediction(DrainView drain) =>
        $"{Machines(drain.Moves.Count)}, {Data(drain)}: predicted to take {Words.Of(drain.Makespan)}; no plan could take less than {Words.Of(drain.LowerBound)}";

    /// <summary>How far it has come, such as <c>40 %, 3 of 7 machines moved, 2 on their way, 1 failed; expected to be over in 120.0 s</c>.</summary>
    public static string Standing(DrainView drain, DateTimeOffset now)
    {
        int Count(DrainMoveState state) => drain.Moves.Count(move => move.State == state);
        var line = $"{drain.Progress}, {Count(DrainMoveState.Done)} of {Machines(drain.Moves.Count)} moved";
        foreach (var (state, words) in ((DrainMoveState, string)[])[(DrainMoveState.Moving, "on their way"), (DrainMoveState.Failed, "failed"), (DrainMoveState.Dropped, "not moved any more")])
            if (Count(state) is > 0 and var count)
                line += $", {count} {words}";
        return drain is { State: DrainState.Running, ExpectedEnd: { } end } && end > now ? $"{line}; expected to be over in {Words.Of(end - now)}" : line;
    }

    /// <summary>What a drain is about, such as <c>host-a, host-b</c>.</summary>
    public static string Hosts(DrainView drain) => string.Join(", ", drain.Hosts);

    /// <summary>The end in words.</summary>
    public static string Ending(DrainView drain)
    {
        var left = drain.Stuck.Select(stuck => $"{stuck.VmName} ({stuck.Advice})")
            .Concat(drain.Moves.Where(move => move.State == DrainMoveState.Failed).Select(move => $"{move.VmName} ({move.Note})")).ToList();
        var line = drain.State switch
        {
            DrainState.Withdrawn => "was withdrawn",
            DrainState.Running => "goes on",
            _ when left.Count > 0 => $"has left {Machines(left.Count)} that {(left.Count == 1 ? "needs" : "need")} a person: {string.Join("; ", left)}",
            _ => $"is done{(drain.EndedAt is { } end ? $" after {Words.Of(end - drain.At)}" : "")}, {drain.Moves.Count(move => move.State == DrainMoveState.Done)} moved",
        };
        return Words.OneLine($"drain {drain.Id} of {Hosts(drain)} {line}");
    }

    private static string Data(DrainView drain) => new Bytes(drain.Moves.Sum(move => move.DataSize.Count)).ToString();

    private static string Machines(int count) => count == 1 ? "1 machine" : $"{count} machines";
}
