using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Cli.Watching;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh drains</c>.</summary>
internal sealed class DrainsVerb : ClientVerb
{
    private const int DefaultLimit = 100;

    private readonly Argument<string?> _id = new("ID")
    {
        Description = "Drain ID, or host for its newest drain. Default: list all drains.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _watch;
    private readonly Option<int?> _limit;

    public DrainsVerb(Io io)
        : base("drains", "List drains, newest first, or show one.", io)
    {
        Arguments.Add(_id);
        _watch = Add(new Option<bool>("--watch") { Description = "Show the progress of one drain until it has ended. Requires ID." });
        _limit = Add(new Option<int?>("--limit")
        {
            Description = $"Maximum number of drains, 1 to 1000. Default: {DefaultLimit}.",
            HelpName = "N",
            CustomParser = OptionParsers.Count("--limit", "drains", 1, 1000),
        });
        Validators.Add(result =>
        {
            if (result.GetValue(_watch) && result.GetValue(_id) is null)
                result.AddError("--watch requires a drain ID");
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh drains", "all drains and their progress"),
        ("mesh drains host-a", "the newest drain of a host, with all VMs"),
        ("mesh drains 3f2a90b1c4de --watch", "wait until the drain has ended"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        if (parsed.GetValue(_id) is not { } name)
            return List(output, await client.DrainsAsync(parsed.GetValue(_limit) ?? DefaultLimit, cancellation));

        var drain = await client.DrainAsync(OptionParsers.Parse(name, text => new HostName(text)).Value, cancellation);
        if (parsed.GetValue(_watch))
            return await new DrainWatcher(Io, client, output).WatchAsync(drain, cancellation);
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, drain);
            return ExitCodes.Success;
        }

        foreach (var (label, value) in Lines(drain))
            Io.Out.WriteLine($"{label + ":",-18}{TextFormatter.ToSingleLine(value)}");
        Io.Out.WriteLine();
        DrainText.WriteBlocked(Io, drain);
        DrainText.CreateTable(drain).Write(Io);
        return ExitCodes.Success;
    }

    private int List(OutputFormat output, DrainList listed)
    {
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, listed);
            return ExitCodes.Success;
        }

        var table = new TextTable("ID", "HOSTS", "STATE", "PROGRESS", "MIGRATED", "NOT MIGRATED", "STARTED", "EXPECTED END", "REQUESTED BY", "REASON");
        foreach (var drain in listed.Drains)
            table.Add(
                drain.Id, DrainText.DescribeHosts(drain), TextFormatter.Format(drain.State), drain.Progress.ToString(),
                $"{drain.Moves.Count(move => move.State == DrainMoveState.Completed)} of {drain.Moves.Count}",
                $"{drain.BlockedVms.Count + drain.Moves.Count(move => move.State == DrainMoveState.Failed)}",
                TextFormatter.Format(drain.At), TextFormatter.Format(drain.ExpectedEnd), drain.RequestedBy, TextFormatter.ToSingleLine(drain.Reason));
        table.Write(Io);
        if (listed.Cordons.Count == 0)
            return ExitCodes.Success;

        Io.Out.WriteLine();
        var cordons = new TextTable("HOST", "STATE", "SINCE", "REQUESTED BY", "REASON");
        foreach (var cordon in listed.Cordons)
            cordons.Add(
                cordon.Host.ToString(), TextFormatter.Format(cordon.State), TextFormatter.Format(cordon.At), cordon.RequestedBy,
                TextFormatter.ToSingleLine(cordon.Reason));
        cordons.Write(Io);
        return ExitCodes.Success;
    }

    private IEnumerable<(string Name, string Value)> Lines(DrainView drain)
    {
        yield return ("id", drain.Id);
        yield return ("hosts", DrainText.DescribeHosts(drain));
        if (drain.Undoes is { } original)
            yield return ("undoes", original);
        yield return ("state", TextFormatter.Format(drain.State));
        yield return ("progress", DrainText.DescribeProgress(drain, Io.Time.GetUtcNow()));
        yield return ("plan", $"{DrainText.DescribePrediction(drain)}{(drain.ReplanCount > 0 ? $"; replanned {(drain.ReplanCount == 1 ? "once" : $"{drain.ReplanCount} times")}" : "")}");
        yield return ("started", TextFormatter.ToSingleLine($"{TextFormatter.Format(drain.At)} by {drain.RequestedBy}{(drain.Reason.Length > 0 ? $": {drain.Reason}" : "")}"));
        if (drain.EndedAt is { } end)
            yield return ("ended", $"{TextFormatter.Format(end)}, after {TextFormatter.Format(end - drain.At)}");
    }
}
