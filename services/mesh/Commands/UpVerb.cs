using System.CommandLine;
using Mesh.Cli.Hosting;
using Mesh.Gateway;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh up</c>.</summary>
internal sealed class UpVerb : RunVerb
{
    public UpVerb(Io io)
        : base("up", "Run all services of the mesh in this process.", io)
    {
        Setting("--store", "STORE", "Where state is kept: sqlite:PATH, or postgres:CONNECTION with an Npgsql connection string.", Settings.Store);
        Setting("--listen", "URL", $"Where the REST API listens; a loopback address. Default: {GatewayOptions.DefaultListen}.", Settings.Listen);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh up --broker amqp://guest:guest@127.0.0.1:5672", "the mesh for agents that meet at a RabbitMQ broker"),
        ("mesh up --broker amqp://mesh@rabbit/ --store 'postgres:Host=db;Username=mesh;Database=mesh'", "with its state in PostgreSQL"),
        ("MESH_BROKER=amqp://rabbit mesh up --config /etc/mesh.json", "settings from the environment and a file"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Settings, the first that is given counts: options; MESH_BROKER, MESH_STORE, MESH_LISTEN; Bus__Broker, Store__Location,",
        "Gateway__Listen and the like; the file: {\"Bus\":{\"Broker\":...},\"Store\":{\"Location\":...},\"Gateway\":{\"Listen\":...}}; defaults:",
        "broker in-memory, store sqlite:~/.local/state/migration-mesh/mesh.db ($XDG_STATE_HOME counts), listen http://127.0.0.1:7070.",
        "Policies__Default, or \"Policies\":{\"Default\":...}, names the policy that counts until 'mesh policy set-default' names one: harvester.",
        "Standard output says when the mesh is up; logs go to standard error. SIGTERM or Ctrl-C stops it; migrations go on without",
        "it, and it takes them up again at the next start.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var settings = LoadSettings(parsed);
        var (broker, store) = (settings[Settings.Broker] ?? BusOptions.InMemory, settings[Settings.Store]!);
        await using var app = MeshHost.Build(settings, Logging(parsed));
        var listening = await MeshHost.StartAsync(app, cancellation);
        try
        {
            await Readiness.WaitAsync(
                app.Services.GetRequiredService<IMessageBus>(),
                Io.Time,
                () => Io.Error.WriteLine($"mesh: no answer through the broker {Secrets.MaskPassword(broker)} yet; still trying"),
                cancellation);
            await Io.Out.WriteLineAsync(
                $"mesh is up: {listening.GetLeftPart(UriPartial.Authority)} (broker {Secrets.MaskPassword(broker)}, store {Secrets.MaskPassword(store)})");
            await Io.Out.FlushAsync(cancellation);
            if (string.Equals(broker, BusOptions.InMemory, StringComparison.OrdinalIgnoreCase))
                await Io.Error.WriteLineAsync("mesh: the broker is in-memory, so no agent can join from outside; --broker amqp://... lets them");
            await app.WaitForShutdownAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Told to stop before everything was up.
        }

        await app.StopAsync(CancellationToken.None);
        return ExitCodes.Success;
    }
}
