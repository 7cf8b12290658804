using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh drains</c>.</summary>
internal sealed class DrainsVerb : ClientVerb
{
    private const int ListedUnlessSaid = 100;

    private readonly Argument<string?> _id = new("ID")
    {
        Description = "Only this drain, by its identity or its host, with every machine.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _watch;
    private readonly Option<int?> _limit;

    public DrainsVerb(Io io)
        : base("drains", "List drains, the newest first, or show one with its machines.", io)
    {
        Arguments.Add(_id);
        _watch = Add(new Option<bool>("--watch") { Description = "Show the progress of one drain and end with it. Needs ID." });
        _limit = Add(new Option<int?>("--limit")
        {
            Description = $"How many at most, 1 to 1000. Default: {ListedUnlessSaid}.",
            HelpName = "N",
            CustomParser = Values.Count("--limit", "drains", 1, 1000),
        });
        Validators.Add(result =>
        {
            if (result.GetValue(_watch) && result.GetValue(_id) is null)
                result.AddError("--watch needs the ID of a drain");
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh drains", "which there are, and how far each has come"),
        ("mesh drains host-a", "the newest one of a host, machine by machine"),
        ("mesh drains 3f2a90b1c4de --watch", "wait for its end"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        if (parsed.GetValue(_id) is not { } name)
            return List(output, await client.DrainsAsync(parsed.GetValue(_limit) ?? ListedUnlessSaid, cancellation));

        var drain = await client.DrainAsync(Values.Named(name, text => new HostName(text)).Value, cancellation);
        if (parsed.GetValue(_watch))
            return await new DrainWatcher(Io, client, output).WatchAsync(drain, cancellation);
        if (output == OutputFormat.Json)
        {
            Json.Write(Io, drain);
            return ExitCodes.Done;
        }

        foreach (var (label, value) in Lines(drain))
            Io.Out.WriteLine($"{label + ":",-18}{value}");
        Io.Out.WriteLine();
        Drains.WriteStuck(Io, drain);
        Drains.Moves(drain).Write(Io);
        return ExitCodes.Done;
    }

    private int List(OutputFormat output, ListedDrains listed)
    {
        if (output == OutputFormat.Json)
        {
            Json.Write(Io, listed);
            return ExitCodes.Done;
        }

        var table = new TextTable("ID", "HOSTS", "STATE", "PROGRESS", "MOVED", "LEFT", "BEGUN", "EXPECTED END", "BY", "WHY");
        foreach (var drain in listed.Drains)
            table.Add(
                drain.Id, Drains.Hosts(drain), Words.Of(drain.State), drain.Progress.ToString(), $"{drain.Moves.Count(move => move.State == DrainMoveState.Done)} of {drain.Moves.Count}",
                $"{drain.Stuck.Count + drain.Moves.Count(move => move.State == DrainMoveState.Failed)}", Words.Of(drain.At), Words.Of(drain.ExpectedEnd), drain.By, Words.OneLine(drain.Why));
        table.Write(Io);
        if (listed.Cordons.Count == 0)
            return ExitCodes.Done;

        Io.Out.WriteLine();
        var cordons = new TextTable("HOST", "STATE", "SINCE", "BY", "WHY");
        foreach (var cordon in listed.Cordons)
            cordons.Add(cordon.Host.ToString(), Words.Of(cordon.State), Words.Of(cordon.At), cordon.By, Words.OneLine(cordon.Why));
        cordons.Write(Io);
        return ExitCodes.Done;
    }

    private IEnumerable<(string Name, string Value)> Lines(DrainView drain)
    {
        yield return ("id", drain.Id);
        yield return ("hosts", Drains.Hosts(drain));
        if (drain.Undoes is { } undone)
            yield return ("undoes", undone);
        yield return ("state", Words.Of(drain.State));
        yield return ("progress", Drains.Standing(drain, Io.Time.GetUtcNow()));
        yield return ("plan", $"{Drains.Prediction(drain)}{(drain.Replans > 0 ? $"; planned anew {drain.Replans} times" : "")}");
        yield return ("begun", $"{Words.Of(drain.At)} by {drain.By}{(drain.Why.Length > 0 ? $": {Words.OneLine(drain.Why)}" : "")}");
        if (drain.EndedAt is { } end)
            yield return ("ended", $"{Words.Of(end)}, after {Words.Of(end - drain.At)}");
    }
}
