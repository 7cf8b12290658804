using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;


namespace Mesh.Testing.Real;

/// <summary>The whole mesh as its users run it: RabbitMQ, <c>mesh up</c>, and on each libvirt host a <c>mesh agent</c>, each a process of its own.</summary>
public sealed class MeshSystem : IAsyncDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("mesh-state-");
    private readonly Dictionary<string, BackgroundProcess> _agents = new(StringComparer.Ordinal);
    private readonly int _apiPort = Server.FreePort();
    private TestBed? _bed;
    private Server? _broker;
    private BackgroundProcess? _mesh;

    public TestBed Bed => _bed!;

    public Server Broker => _broker!;

    public string Url => $"http://127.0.0.1:{_apiPort}";

    public string BrokerUrl => $"amqp://guest:guest@127.0.0.1:{Broker.Port}";

    /// <summary>Where the mesh keeps its state; changed before a restart to move to another store.</summary>
    public string Store { get; set; } = "";

    /// <summary>Starts all of it and waits until the mesh knows both hosts.</summary>
    public async Task StartAsync()
    {
        Store = $"sqlite:{Path.Combine(_state.FullName, "mesh.db")}";
        _broker = await Server.BrokerAsync();
        _bed = await TestBed.UpAsync();
        await StartMeshAsync();
        foreach (var host in TestBed.Hosts)
        {
            await Bed.DoAsync("relay", host, Broker.Port.ToString(CultureInfo.InvariantCulture));
            StartAgent(host);
        }

        await Eventually.HoldsAsync(
            async () => (await RunAsync("hosts", "--output", "json")).Output is var hosts && TestBed.Hosts.All(host => hosts.Contains($"\"{host}\"", StringComparison.Ordinal)),
            "both hosts are known", TimeSpan.FromSeconds(60));
    }

    public async Task StartMeshAsync()
    {
        _mesh = BackgroundProcess.Start(Repository.MeshExecutable, ["up", "--broker", BrokerUrl, "--store", Store, "--listen", Url]);
        await Eventually.HoldsAsync(async () => (await RunAsync("hosts")).ExitCode == 0 || Exited(_mesh), "mesh up answers", TimeSpan.FromSeconds(60));
    }

    public Task KillMeshAsync() => _mesh!.KillAsync();

    public void StartAgent(string host) => _agents[host] = Bed.StartInside(
        host, Repository.MeshExecutable, "agent", "--name", host, "--libvirt", "qemu:///system", "--broker", BrokerUrl, "--state", Path.Combine(_state.FullName, host));

    public Task KillAgentAsync(string host) => _agents[host].KillAsync();

    /// <summary>Runs a client verb of <c>mesh</c> against this mesh.</summary>
    public Task<ShellResult> RunAsync(params string[] arguments) =>
        Shell.RunAsync(Repository.MeshExecutable, arguments, new Dictionary<string, string>(StringComparer.Ordinal) { ["MESH_SERVER"] = Url });

    /// <summary>Moves a machine and waits for the end.</summary>
    public Task<ShellResult> MigrateAsync(string vm, string to, params string[] options) => RunAsync(["migrate", vm, "--to", to, "--watch", .. options]);

    /// <summary>Asks for a migration that must be accepted, and gives its identity at once.</summary>
    public async Task<string> BeginAsync(string vm, string to, params string[] options)
    {
        var id = MigrationIdOf(vm);
        var result = await RunAsync(["migrate", vm, "--to", to, "--id", id, .. options]);
        return result.ExitCode == 0 ? id : throw new InvalidOperationException(result.ToString());
    }

    public async Task<MigrationView> ShowAsync(string id)
    {
        var result = await RunAsync("show", id, "--output", "json");
        return result.ExitCode == 0
            ? JsonSerializer.Deserialize<MigrationView>(result.Output, MeshJson.Options)!
            : throw new InvalidOperationException(result.ToString());
    }

    /// <summary>Waits until the migration shows something.</summary>
    public async Task<MigrationView> AwaitAsync(string id, Func<MigrationView, bool> condition, string because)
    {
        MigrationView? last = null;
        try
        {
            return await Eventually.GivesAsync(
                async () =>
                {
                    last = await ShowAsync(id);
                    return condition(last) ? last : null;
                },
                because, TimeSpan.FromSeconds(90));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; the migration: {JsonSerializer.Serialize(last, MeshJson.Options)}\n{Said()}", e);
        }
    }

    public Task<MigrationView> AwaitCopyingAsync(string id) =>
        AwaitAsync(id, view => view.Sample is { Iteration: >= 2 } || view.Outcome is not null, "memory is being copied");

    public Task<MigrationView> AwaitEndAsync(string id) => AwaitAsync(id, view => view.Outcome is not null, "the migration ends");

    /// <summary>Starts a guest and waits until the mesh knows that it runs.</summary>
    public async Task GuestAsync(string host, string name, params string[] settings)
    {
        await Bed.GuestAsync(host, name, settings);
        await AwaitRunningOnAsync(name, host);
    }

    /// <summary>Waits until the mesh knows that a machine runs on a host.</summary>
    public Task AwaitRunningOnAsync(string name, string host) => Eventually.HoldsAsync(
        async () =>
        {
            var vms = await RunAsync("vms", "--host", host, "--output", "json");
            return vms.ExitCode == 0 && JsonNode.Parse(vms.Output)!.ToJsonString().Contains($"\"{name}\"", StringComparison.Ordinal);
        },
        $"the mesh knows that {name} runs on {host}");

    /// <summary>What the mesh and the agents said, for a failure's message.</summary>
    public string Said() => $"--- mesh\n{_mesh?.Said}\n{string.Join('\n', _agents.Select(agent => $"--- agent {agent.Key}\n{agent.Value.Said}"))}";

    public async ValueTask DisposeAsync()
    {
        _mesh?.Dispose();
        foreach (var agent in _agents.Values)
            agent.Dispose();
        if (_bed is not null)
            await _bed.DisposeAsync();
        _broker?.Dispose();
        _state.Delete(recursive: true);
    }

    private static string MigrationIdOf(string vm) => $"{vm}-{Guid.NewGuid().ToString("N")[..8]}";

    private static bool Exited(BackgroundProcess process) =>
        process.HasExited ? throw new InvalidOperationException($"mesh up ended: {process.Said}") : false;
}
