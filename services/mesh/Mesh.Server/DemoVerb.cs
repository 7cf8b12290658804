using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Cli.Watching;
using Mesh.Server.Demo;
using Microsoft.Extensions.Logging;

namespace Mesh.Server;

/// <summary><c>mesh demo</c>.</summary>
internal sealed class DemoVerb : ServerVerb
{
    private static readonly TimeSpan RunMax = TimeSpan.FromSeconds(90);

    private readonly Option<bool> _verbose;
    private readonly Option<bool> _stay;
    private readonly Option<string> _listen;

    public DemoVerb(Io io)
        : base("demo", "Run a demonstration: eight migrations between four simulated hosts, then a host drain. Requires nothing else.", io)
    {
        _verbose = Add(new Option<bool>("--verbose") { Description = "Print plain lines and the services' log instead of progress bars." });
        _stay = Add(new Option<bool>("--stay") { Description = "Keep running afterwards, for trying other commands, until interrupted." });
        _listen = Add(new Option<string>("--listen")
        {
            Description = "Listen address of the REST API, loopback only; port 0 selects a free port.",
            HelpName = "URL",
            DefaultValueFactory = _ => "http://127.0.0.1:0",
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh demo", "takes less than a minute; progress bars in a terminal, plain lines elsewhere"),
        ("mesh demo --stay --listen http://127.0.0.1:7070", "then, in another terminal: mesh vms; mesh migrate web-1 --to host-d --watch"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "The services, bus, store and agents are the real ones; the hypervisors simulate QEMU's pre-copy and post-copy. The store",
        "is in a temporary directory. Exits with 0 only if every migration and the drain ended as expected.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var isVerbose = parsed.GetValue(_verbose);
        var io = isVerbose ? Io with { IsTerminal = false } : Io;
        await using var mesh = await DemoMesh.StartAsync(parsed.GetRequiredValue(_listen), Logging(isVerbose), cancellation);
        using var client = new MeshClient(mesh.Server, io.HttpHandler(), io.Time);

        using var limit = new CancellationTokenSource(RunMax, io.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        await io.Out.WriteLineAsync(
            $"{DemoPlan.Hosts.Count} simulated hosts with 10 Gbit/s links, {DemoPlan.Vms.Count} VMs; starting {DemoPlan.Moves.Count} migrations:");
        var isAsExpected = false;
        try
        {
            isAsExpected = await MoveAsync(io, client, stop.Token)
                && await new DemoDrain(client, io).RunAsync(DemoPlan.Drained, DemoPlan.VmsOnDrained, DemoPlan.BlockedVms, stop.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            await io.Error.WriteLineAsync($"mesh: the demonstration did not finish within {RunMax.TotalSeconds:0} s");
        }

        if (parsed.GetValue(_stay))
            await StayAsync(io, mesh, cancellation);
        return isAsExpected ? ExitCodes.Success : ExitCodes.Error;
    }

    /// <summary>Runs all moves at once; true if each ended as expected. The summary is printed even if some do not end.</summary>
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
        await io.Out.WriteLineAsync($"The mesh keeps running at {mesh.Server} (MESH_SERVER={mesh.Server}); press Ctrl-C to stop.");
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
