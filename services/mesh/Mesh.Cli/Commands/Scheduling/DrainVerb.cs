using System.CommandLine;
using System.CommandLine.Parsing;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Cli.Watching;
using Mesh.Contracts.Api;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh drain</c>.</summary>
internal sealed class DrainVerb : ClientVerb
{
    private readonly Argument<string[]> _hosts = new("HOST")
    {
        Description = "Hosts to drain; with --cancel or --undo one drain, by its ID or host.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly DrainCommandOptions _options;
    private readonly Option<bool> _dryRun;
    private readonly Option<bool> _watch;
    private readonly Option<bool> _cancel;
    private readonly Option<bool> _abortRunning;
    private readonly Option<bool> _undo;

    public DrainVerb(Io io)
        : base("drain", "Drain hosts for maintenance: plan all migrations, show the plan, and carry it out.", io)
    {
        Arguments.Add(_hosts);
        _options = new DrainCommandOptions(this);
        _dryRun = Add(new Option<bool>("--dry-run") { Description = "Show the plan only." });
        _watch = Add(new Option<bool>("--watch") { Description = "Show the progress until the drain has ended." });
        _cancel = Add(new Option<bool>("--cancel") { Description = "Cancel a drain: no further migrations start, and its hosts are schedulable again." });
        _abortRunning = Add(new Option<bool>("--abort-running") { Description = "Also abort running migrations. Requires --cancel." });
        _undo = Add(new Option<bool>("--undo") { Description = "Move the VMs of a drain back." });
        Validators.Add(Check);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh drain host-a --dry-run", "show the planned migrations and the estimated duration"),
        ("mesh drain host-a --reason \"new kernel\" --watch", "drain a host and watch the progress"),
        ("mesh drain host-a host-b --parallel 1 --order shortest-first", "two hosts, one migration at a time"),
        ("mesh drain --cancel host-a", "running migrations continue, the others are skipped"),
        ("mesh drain --undo host-a --watch", "move the VMs back"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Draining hosts are cordoned. VMs that cannot be migrated are listed first, with advice.",
        $"With --watch exits with {ExitCodes.Success} if all VMs were migrated, with {ExitCodes.Refused} if some were not, and with {ExitCodes.Aborted} if the drain was cancelled.",
        "Without --watch the drain continues in the background; check later with 'mesh drains ID'.",
    ];

    public override bool HasManyExitCodes => true;

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var names = parsed.GetRequiredValue(_hosts);
        if (parsed.GetValue(_cancel))
            return await CancelAsync(client, output, names[0], parsed.GetValue(_abortRunning), cancellation);

        // Chosen here, so that the request can be repeated safely if the response is lost.
        var (id, isDryRun) = (MigrationId.New(Io.Random).Value, parsed.GetValue(_dryRun));
        HostName[] hosts = [.. names.Select(name => OptionParsers.Parse(name, text => new HostName(text)))];
        var drain = parsed.GetValue(_undo)
            ? await client.UndoDrainAsync(hosts[0].Value, new UndoDrainBody { Id = id, DryRun = isDryRun, RequestedBy = Io.UserName }, cancellation)
            : await client.DrainAsync(
                _options.Read(parsed, new DrainBody { Id = id, Hosts = hosts, DryRun = isDryRun, RequestedBy = Io.UserName }), cancellation);
        var isWatched = parsed.GetValue(_watch) && !isDryRun;
        WriteResult(output, drain, isDryRun, isWatched);
        return isWatched ? await new DrainWatcher(Io, client, output).WatchAsync(drain, cancellation) : ExitCodes.Success;
    }

    private async Task<int> CancelAsync(MeshClient client, OutputFormat output, string name, bool abortRunning, CancellationToken cancellation)
    {
        var drain = OptionParsers.Parse(name, text => new HostName(text)).Value;
        var answer = await client.CancelDrainAsync(drain, new CancelDrainBody { AbortRunning = abortRunning, RequestedBy = Io.UserName }, cancellation);
        return WriteResponse(output, answer, answer.Explanation);
    }

    private void WriteResult(OutputFormat output, DrainView drain, bool isDryRun, bool isWatched)
    {
        // When watching, JSON output has one line per state.
        if (output == OutputFormat.Json && isWatched)
            JsonOutput.WriteLine(Io, drain);
        else if (output == OutputFormat.Json)
            JsonOutput.Write(Io, drain);
        else
        {
            DrainText.WritePlan(Io, drain);
            Io.Out.WriteLine(isDryRun ? "dry run: nothing was started" : $"drain {drain.Id} started (mesh drains {drain.Id}, mesh drain --cancel {drain.Id})");
            Io.Out.Flush();
        }
    }

    private void Check(CommandResult result)
    {
        bool Has(Option option) => result.GetResult(option) is { Implicit: false };
        if (Has(_cancel) && Has(_undo))
            result.AddError("--cancel and --undo are mutually exclusive");
        if (Has(_abortRunning) && !Has(_cancel))
            result.AddError("--abort-running requires --cancel");
        if (!Has(_cancel) && !Has(_undo))
            return;
        var mode = Has(_cancel) ? _cancel : _undo;
        if (result.GetResult(_hosts) is { Tokens.Count: > 1 })
            result.AddError($"{mode.Name} requires exactly one drain ID or host");
        foreach (var option in _options.All.Concat(Has(_cancel) ? [_dryRun, _watch] : []).Where(Has))
            result.AddError($"{option.Name} cannot be used with {mode.Name}");
    }
}
