using System.CommandLine;
using Mesh.Cli.Shell;
using Mesh.Gateway.Configuration;
using Mesh.Hosting.Bus;
using Mesh.Server.Hosting;
using Microsoft.Extensions.Hosting;

namespace Mesh.Server;

/// <summary><c>mesh up</c>.</summary>
internal sealed class UpVerb : RunVerb
{
    public UpVerb(Io io)
        : base("up", "Run all services of the mesh in this process.", io)
    {
        Setting("--store", "STORE", "State store: sqlite:PATH, or postgres:CONNECTION with an Npgsql connection string.", Settings.Store);
        Setting("--listen", "URL", $"Listen address of the REST API, loopback only. Default: {GatewayOptions.DefaultListen}.", Settings.Listen);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh up --broker amqp://guest:guest@127.0.0.1:5672", "serve agents that connect through a RabbitMQ broker"),
        ("mesh up --broker amqp://mesh@rabbit/ --store 'postgres:Host=db;Username=mesh;Database=mesh'", "store state in PostgreSQL"),
        ("MESH_BROKER=amqp://rabbit mesh up --config /etc/mesh.json", "settings from the environment and a file"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Settings, in order of precedence: options; MESH_BROKER, MESH_STORE, MESH_LISTEN; Bus__Broker, Store__Location,",
        "Gateway__Listen and so on; the file: {\"Bus\":{\"Broker\":...},\"Store\":{\"Location\":...},\"Gateway\":{\"Listen\":...}}; defaults:",
        "broker in-memory, store sqlite:~/.local/state/migration-mesh/mesh.db (or below $XDG_STATE_HOME), listen http://127.0.0.1:7070.",
        "Policies__Default, or \"Policies\":{\"Default\":...}, sets the default policy until 'mesh policy set-default' does: harvester.",
        "One line on standard output reports that the mesh is up; logs go to standard error. SIGTERM or Ctrl-C stops the mesh;",
        "running migrations continue on their hosts, and the mesh resumes managing them at its next start.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var settings = LoadSettings(parsed);
        var (broker, store) = (settings[Settings.Broker] ?? BusOptions.InMemory, settings[Settings.Store]!);
        Settings.CreateDefaultDirectory(Io, settings);
        await using var app = MeshHost.Build(settings, Logging(parsed));
        var url = await MeshHost.StartAsync(app, cancellation);
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, app.Lifetime.ApplicationStopping);
            await MeshHost.WaitUntilReadyAsync(
                app,
                Io.Time,
                () => Io.Error.WriteLine($"mesh: no response through broker {Secrets.MaskPassword(broker)} yet; retrying"),
                stop.Token);
            await Io.Out.WriteLineAsync(
                $"mesh is up: {url.GetLeftPart(UriPartial.Authority)} (broker {Secrets.MaskPassword(broker)}, store {Secrets.MaskPassword(store)})");
            await Io.Out.FlushAsync(cancellation);
            if (string.Equals(broker, BusOptions.InMemory, StringComparison.OrdinalIgnoreCase))
                await Io.Error.WriteLineAsync("mesh: the broker is in-memory: agents cannot connect; use --broker amqp://... to allow them");
            await app.WaitForShutdownAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested || app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Stopped before everything was up.
        }

        await app.StopAsync(CancellationToken.None);
        MeshHost.ThrowIfRefused(app.Services);
        return ExitCodes.Success;
    }
}
