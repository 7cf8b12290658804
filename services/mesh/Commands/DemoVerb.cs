using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Demo;
using Mesh.Cli.Watching;
using Microsoft.Extensions.Logging;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh demo</c>.</summary>
internal sealed class DemoVerb : Verb
{
    private static readonly TimeSpan RunMax = TimeSpan.FromSeconds(90);

    private readonly Io _io;
    private readonly Option<bool> _verbose;
    private readonly Option<bool> _stay;
    private readonly Option<string> _listen;

    public DemoVerb(Io io)
        : base("demo", "Show eight migrations at once between four simulated hosts, then the drain of one; nothing else is needed.")
    {
        _io = io;
        _verbose = Add(new Option<bool>("--verbose") { Description = "Show plain lines and the services' log instead of bars." });
        _stay = Add(new Option<bool>("--stay") { Description = "Go on running afterwards, for trying the other verbs, until interrupted." });
        _listen = Add(new Option<string>("--listen")
        {
            Description = "Where the REST API listens; a loopback address. Default: a free port.",
            HelpName = "URL",
            DefaultValueFactory = _ => "http://127.0.0.1:0",
        });
        SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh demo", "less than a minute, with live bars at a terminal and plain lines elsewhere"),
        ("mesh demo --stay --listen http://127.0.0.1:7070", "and then, elsewhere: mesh vms; mesh migrate web-1 --to host-d --watch"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "The services, the bus, the store and the agents are the real ones; the hypervisors are a model of QEMU's pre-copy and",
        "post-copy. The store is in a directory of its own that is removed at the end. Ends with 0 only if every migration and",
        "the drain ended as they should.",
    ];

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var isVerbose = parsed.GetValue(_verbose);
        var io = isVerbose ? _io with { IsTerminal = false } : _io;
        await using var mesh = await DemoMesh.StartAsync(parsed.GetRequiredValue(_listen), Logging(isVerbose), cancellation);
        using var client = new MeshClient(mesh.Server, io.HttpHandler(), io.Time);

        using var limit = new CancellationTokenSource(RunMax, io.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        await io.Out.WriteLineAsync(
            $"{DemoPlan.Hosts.Count} simulated hosts with 10 Gbit/s links, {DemoPlan.Vms.Count} machines; {DemoPlan.Moves.Count} migrations at once:");
        var isAsExpected = false;
        try
        {
            isAsExpected = await MoveAsync(io, client, stop.Token) && await new DemoDrain(client, io).RunAsync(DemoPlan.Drained, DemoPlan.VmsOnDrained, DemoPlan.BlockedVms, stop.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            await io.Error.WriteLineAsync($"mesh: the demonstration was not over after {RunMax.TotalSeconds:0} s");
        }

        if (parsed.GetValue(_stay))
            await StayAsync(io, mesh, cancellation);
        return isAsExpected ? ExitCodes.Success : ExitCodes.Error;
    }

    /// <summary>All the moves at once; whether each has ended as expected. What has become of them is told also if they do not end.</summary>
    private static async Task<bool> MoveAsync(Io io, MeshClient client, CancellationToken cancellation)
    {
        var migrations = new WatchedMigrations();
        var display = WatchDisplay.Create(io, OutputFormat.Table, migrations);
        try
        {
            await DemoMesh.WaitForHostsAsync(client, io.Time, cancellation);
            await display.ShowAsync(() => new DemoRun(client, io, migrations, display, DemoPlan.Moves).RunAsync(cancellation));
        }
        finally
        {
            await io.Out.WriteLineAsync();
            DemoReport.Write(io, DemoSummary.Create(DemoPlan.Moves, migrations.Rows));
        }

        await io.Out.WriteLineAsync();
        return DemoSummary.Create(DemoPlan.Moves, migrations.Rows).IsAsExpected;
    }

    private static async Task StayAsync(Io io, DemoMesh mesh, CancellationToken cancellation)
    {
        await io.Out.WriteLineAsync($"The mesh goes on at {mesh.Server} (MESH_SERVER={mesh.Server}) until interrupted.");
        await io.Out.FlushAsync(cancellation);
        var interrupted = new TaskCompletionSource();
        await using var registration = cancellation.Register(() => interrupted.TrySetResult());
        await interrupted.Task;
    }

    private static Action<ILoggingBuilder> Logging(bool isVerbose) => logging =>
    {
        if (isVerbose)
            RunVerb.LogToError(logging, LogLevel.Warning);
    };
}
