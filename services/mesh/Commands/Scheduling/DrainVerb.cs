using System.CommandLine;
using System.CommandLine.Parsing;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh drain</c>.</summary>
internal sealed class DrainVerb : ClientVerb
{
    private readonly Argument<string[]> _hosts = new("HOST")
    {
        Description = "The hosts to be emptied; with --cancel or --undo one drain, by its ID or its host.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly DrainCommandOptions _options;
    private readonly Option<bool> _dryRun;
    private readonly Option<bool> _watch;
    private readonly Option<bool> _cancel;
    private readonly Option<bool> _abortRunning;
    private readonly Option<bool> _undo;

    public DrainVerb(Io io)
        : base("drain", "Empty hosts for maintenance: plan every move, show the plan, and carry it out.", io)
    {
        Arguments.Add(_hosts);
        _options = new DrainCommandOptions(this);
        _dryRun = Add(new Option<bool>("--dry-run") { Description = "Only show the plan." });
        _watch = Add(new Option<bool>("--watch") { Description = "Show the progress and end with the drain." });
        _cancel = Add(new Option<bool>("--cancel") { Description = "Give a drain up: nothing more is begun, and its hosts take machines again." });
        _abortRunning = Add(new Option<bool>("--abort-running") { Description = "Abort what copies, too. Needs --cancel." });
        _undo = Add(new Option<bool>("--undo") { Description = "Move the machines of a drain back to where they were." });
        Validators.Add(Check);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh drain host-a --dry-run", "what would move where, and how long it would take"),
        ("mesh drain host-a --reason \"new kernel\" --watch", "do it, and see how it goes"),
        ("mesh drain host-a host-b --parallel 1 --order shortest-first", "two hosts, gently"),
        ("mesh drain --cancel host-a", "not today: what copies goes on, the rest stays"),
        ("mesh drain --undo host-a --watch", "the machines go back"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "No machine comes to a host that is drained. Machines that cannot be moved are listed first, each with what to do about it.",
        $"With --watch it ends with {ExitCodes.Success} if every machine has moved, with {ExitCodes.Refused} if machines are left, and with {ExitCodes.Aborted} if the drain was withdrawn.",
        "Without --watch the drain goes on by itself: 'mesh drains ID' tells how it stands.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var names = parsed.GetRequiredValue(_hosts);
        if (parsed.GetValue(_cancel))
            return await CancelAsync(client, output, names[0], parsed.GetValue(_abortRunning), cancellation);

        // Chosen here, so that a request whose answer is lost can be repeated without draining twice.
        var (id, isDryRun) = (MigrationId.New(Random.Shared).Value, parsed.GetValue(_dryRun));
        var drain = parsed.GetValue(_undo)
            ? await client.UndoDrainAsync(OptionParsers.Parse(names[0], text => new HostName(text)).Value, new UndoDrainBody { Id = id, DryRun = isDryRun, RequestedBy = Io.UserName }, cancellation)
            : await client.DrainAsync(
                _options.Read(parsed, new DrainBody { Id = id, Hosts = [.. names.Select(name => OptionParsers.Parse(name, text => new HostName(text)))], DryRun = isDryRun, RequestedBy = Io.UserName }),
                cancellation);
        var watches = parsed.GetValue(_watch) && !isDryRun;
        WriteResult(output, drain, isDryRun, watches);
        return watches ? await new DrainWatcher(Io, client, output).WatchAsync(drain, cancellation) : ExitCodes.Success;
    }

    private async Task<int> CancelAsync(MeshClient client, OutputFormat output, string name, bool abortRunning, CancellationToken cancellation)
    {
        var drain = OptionParsers.Parse(name, text => new HostName(text)).Value;
        var answer = await client.CancelDrainAsync(drain, new CancelDrainBody { AbortRunning = abortRunning, RequestedBy = Io.UserName }, cancellation);
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, answer);
        else
            Io.Out.WriteLine(TextFormatter.ToSingleLine(answer.Explanation));
        return ExitCodes.Success;
    }

    private void WriteResult(OutputFormat output, DrainView drain, bool isDryRun, bool watches)
    {
        // Whoever watches as a program reads a line for each look.
        if (output == OutputFormat.Json && watches)
            JsonOutput.WriteLine(Io, drain);
        else if (output == OutputFormat.Json)
            JsonOutput.Write(Io, drain);
        else
        {
            DrainText.WritePlan(Io, drain);
            Io.Out.WriteLine(isDryRun ? "nothing was begun" : $"drain {drain.Id} has begun (mesh drains {drain.Id}, mesh drain --cancel {drain.Id})");
            Io.Out.Flush();
        }
    }

    private void Check(CommandResult result)
    {
        bool Has(Option option) => result.GetResult(option) is { Implicit: false };
        if (Has(_cancel) && Has(_undo))
            result.AddError("--cancel and --undo exclude each other");
        if (Has(_abortRunning) && !Has(_cancel))
            result.AddError("--abort-running needs --cancel");
        if (!Has(_cancel) && !Has(_undo))
            return;
        var mode = Has(_cancel) ? _cancel : _undo;
        if (result.GetResult(_hosts) is { Tokens.Count: > 1 })
            result.AddError($"{mode.Name} takes one drain, by its ID or its host");
        foreach (var option in _options.All.Concat(Has(_cancel) ? [_dryRun, _watch] : []).Where(Has))
            result.AddError($"{option.Name} has no meaning with {mode.Name}");
    }
}
