using System.Globalization;
using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Testing.Fixtures;

/// <summary>
/// The complete mesh as users run it: RabbitMQ, <c>mesh up</c> or one process per service, and a <c>mesh agent</c> on each libvirt
/// host.
/// </summary>
public sealed class MeshSystem : IAsyncDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("mesh-state-");
    private readonly Dictionary<string, BackgroundProcess> _agents = new(StringComparer.Ordinal);
    private readonly List<string> _agentsOutput = [];
    private readonly int _apiPort = ServerProcess.FindFreePort();
    private TestBed? _bed;
    private ServerProcess? _broker;
    private MeshProcesses? _processes;
    private MeshApi? _api;

    public IReadOnlyList<string> Hosts { get; init; } = ["hosta", "hostb"];

    /// <summary>The processes of the mesh, names of <see cref="MeshProcesses"/>; change it before a restart to use others.</summary>
    public IReadOnlyList<string> Services { get; set; } = [MeshProcesses.AllInOne];

    /// <summary>Additional settings of the services, by the names of environment variables such as <c>Scheduling__ClusterMax</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    public TestBed Bed => _bed!;

    public MeshProcesses Processes => _processes!;

    public MeshApi Api => _api!;

    public ServerProcess Broker => _broker!;

    public string Url => $"http://127.0.0.1:{_apiPort}";

    public string BrokerUrl => $"amqp://guest:guest@127.0.0.1:{Broker.Port}";

    /// <summary>The store of the mesh; change it before a restart to use another one.</summary>
    public string Store { get; set; } = "";

    /// <summary>Starts everything and waits until all hosts have reported.</summary>
    public async Task StartAsync()
    {
        if (Store.Length == 0)
            Store = $"sqlite:{Path.Combine(_state.FullName, "mesh.db")}";
        _broker = await ServerProcess.StartBrokerAsync();
        _bed = await TestBed.StartAsync(Hosts);
        _processes = new MeshProcesses(BrokerUrl, Url) { Store = Store, Settings = Settings };
        _api = new MeshApi(Url);
        await StartMeshAsync();
        foreach (var host in Hosts)
            await ConnectHostAsync(host);

        await Eventually.HoldsAsync(
            async () => await Api.ListHostsAsync() is var known && Hosts.All(host => known.Any(view => view.Inventory.Host.Value == host)),
            "all hosts have reported", TimeSpan.FromSeconds(60));
    }

    public async Task StartMeshAsync()
    {
        Processes.Store = Store;
        foreach (var service in Services)
            Processes.Start(service);
        await AwaitUpAsync();
    }

    /// <summary>Waits until the mesh responds.</summary>
    public Task AwaitUpAsync() => Eventually.HoldsAsync(
        async () => Processes.OutputOfEnded is { } output ? throw new InvalidOperationException($"the mesh has exited: {output}") : await Api.IsUpAsync(),
        "the mesh responds", TimeSpan.FromSeconds(60));

    /// <summary>Makes another store that of the stopped mesh. The broker is claimed by the store before, and is released.</summary>
    public async Task ReplaceStoreAsync(string store)
    {
        Store = store;
        ShellResult? last = null;

        // The broker may take a moment to notice that a killed process is gone.
        await Eventually.HoldsAsync(
            async () => (last = await RunAsync("doctor", "--store", store, "--broker", BrokerUrl, "--release-claim")).ExitCode == 0,
            $"the claim is released: {last}", TimeSpan.FromSeconds(30));
    }

    public async Task KillMeshAsync()
    {
        foreach (var service in Services)
            await Processes.KillAsync(service);
    }

    /// <summary>Connects a host that has just been started to the broker, and starts its agent.</summary>
    public async Task ConnectHostAsync(string host)
    {
        await Bed.RunAsync("relay", host, Broker.Port.ToString(CultureInfo.InvariantCulture));
        StartAgent(host);
    }

    public void StartAgent(string host) => _agents[host] = Bed.StartInside(
        host, Repository.MeshExecutable, "agent", "--name", host, "--libvirt", "qemu:///system", "--broker", BrokerUrl, "--state", Path.Combine(_state.FullName, host),
        "--shared-path", "/var/lib/libvirt/shared");

    public async Task KillAgentAsync(string host)
    {
        await _agents[host].KillAsync();
        _agentsOutput.Add($"--- agent {host}, killed\n{_agents[host].Output}");
    }

    /// <summary>The process of a host's agent.</summary>
    public BackgroundProcess Agent(string host) => _agents[host];

    /// <summary>Runs a client verb of <c>mesh</c> against this mesh.</summary>
    public Task<ShellResult> RunAsync(params string[] arguments) =>
        Shell.RunAsync(Repository.MeshExecutable, arguments, new Dictionary<string, string>(StringComparer.Ordinal) { ["MESH_SERVER"] = Url });

    /// <summary>Migrates a VM and waits until the migration has ended.</summary>
    public Task<ShellResult> MigrateAsync(string vm, string to, params string[] options) => RunAsync(["migrate", vm, "--to", to, "--watch", .. options]);

    /// <summary>Requests a migration, which must be accepted, and returns its id.</summary>
    public async Task<string> StartMigrationAsync(string vm, string to, params string[] options)
    {
        var id = CreateMigrationId(vm);
        var result = await RunAsync(["migrate", vm, "--to", to, "--id", id, .. options]);
        return result.ExitCode == 0 ? id : throw new InvalidOperationException(result.ToString());
    }

    /// <summary>Applies a policy, given as YAML.</summary>
    public async Task ApplyPolicyAsync(string document)
    {
        var file = Path.Combine(_state.FullName, "policy.yaml");
        await File.WriteAllTextAsync(file, document);
        var result = await RunAsync("policy", "apply", file);
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"{result}\n{CollectOutput()}");
    }

    public async Task<MigrationView> ShowMigrationAsync(string id)
    {
        var result = await RunAsync("show", id, "--output", "json");
        return result.ExitCode == 0
            ? JsonSerializer.Deserialize<MigrationView>(result.Output, MeshJson.Options)!
            : throw new InvalidOperationException(result.ToString());
    }

    /// <summary>Waits until a condition holds for the migration; the mesh may be down for a while.</summary>
    public async Task<MigrationView> AwaitMigrationAsync(string id, Func<MigrationView, bool> condition, string because)
    {
        MigrationView? last = null;
        try
        {
            return await Eventually.ReturnsAsync(
                async () => (last = await Api.FindMigrationAsync(id)) is { } view && condition(view) ? view : null, because, TimeSpan.FromSeconds(90), TimeSpan.FromMilliseconds(50));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; the migration: {JsonSerializer.Serialize(last, MeshJson.Options)}\n{CollectOutput()}", e);
        }
    }

    public Task<MigrationView> AwaitCopyingAsync(string id) =>
        AwaitMigrationAsync(id, view => view.Sample is { Copy.Iteration: >= 2 } || view.Outcome is not null, "memory is being copied");

    public Task<MigrationView> AwaitEndAsync(string id) => AwaitMigrationAsync(id, view => view.Outcome is not null, "the migration ends");

    /// <summary>Starts a guest and waits until its host has reported it.</summary>
    public async Task StartGuestAsync(string host, string name, params string[] settings)
    {
        await Bed.StartGuestAsync(host, name, settings);
        await AwaitRunningOnAsync(name, host);
    }

    /// <summary>Waits until a host has reported that a VM is running.</summary>
    public Task AwaitRunningOnAsync(string name, string host) =>
        Eventually.HoldsAsync(() => Api.HasVmAsync(name, host), $"{host} has reported that {name} is running", every: TimeSpan.FromMilliseconds(200));

    /// <summary>The output of the mesh and the agents, for error messages.</summary>
    public string CollectOutput() =>
        string.Join('\n', [_processes?.Output ?? "", .. _agentsOutput, .. _agents.Select(agent => $"--- agent {agent.Key}\n{agent.Value.Output}")]);

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        _processes?.Dispose();
        foreach (var agent in _agents.Values)
            agent.Dispose();
        if (_bed is not null)
            await _bed.DisposeAsync();
        _broker?.Dispose();
        _state.Delete(recursive: true);
    }

    private static string CreateMigrationId(string vm) => $"{vm}-{Guid.NewGuid().ToString("N")[..8]}";
}
