using System.Globalization;
using System.Threading.Channels;
using Mesh.Chaos.Tests;
using Mesh.Testing.Fixtures;

[assembly: AssemblyFixture(typeof(ChaosTable))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Mesh.Chaos.Tests;

/// <summary>
/// The whole table on one mesh, one broker, one store and three pairs of hosts. Rows that affect only their pair run in parallel, the
/// others one after the other once those are done. <c>MESH_CHAOS</c>, if set, names the rows to run, separated by commas.
/// </summary>
public sealed class ChaosTable : IAsyncLifetime
{
    private const int Pairs = 3;

    /// <summary>
    /// Four migrations of each pair copy at once. A queued migration that no host can take any more ends soon.
    /// </summary>
    private static readonly Dictionary<string, string> Scheduling = new(StringComparer.Ordinal)
    {
        ["Scheduling__ClusterMax"] = "100",
        ["Scheduling__OutboundPerHost"] = "4",
        ["Scheduling__InboundPerHost"] = "4",
        ["Scheduling__PreparingPerHost"] = "0",
        ["Scheduling__PostCopyPerLink"] = "4",
        ["Scheduling__BandwidthFloorMebibytes"] = "1",
        ["Scheduling__UnschedulableTimeout"] = "00:00:20",
    };

    private readonly Dictionary<string, TaskCompletionSource<IReadOnlyList<Cell>>> _rows = Chosen().ToDictionary(
        fault => fault.Name, _ => new TaskCompletionSource<IReadOnlyList<Cell>>(TaskCreationOptions.RunContinuationsAsynchronously), StringComparer.Ordinal);

    private MeshSystem? _mesh;
    private ServerProcess? _store;
    private Task _running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        if (Directory.Exists(Evidence.Folder))
            Directory.Delete(Evidence.Folder, recursive: true);
        _store = await ServerProcess.StartPostgresAsync();
        _mesh = new MeshSystem
        {
            Hosts = [.. Numbers().SelectMany(HostPair.HostNames)],
            Services = Fault.SeparateServices,
            Settings = Scheduling,
            Store = $"postgres:Host=127.0.0.1;Port={_store.Port};Username=postgres;Database=postgres",
        };
        await _mesh.StartAsync();
        await SteeringPolicies.ApplyAsync(_mesh);
        _running = RunAsync(_mesh, _store);
    }

    public async ValueTask DisposeAsync()
    {
        await _running;
        await TableText.WriteAsync([.. _rows.Values.Where(row => row.Task.IsCompleted).SelectMany(row => row.Task.Result)]);
        if (_mesh is not null)
            await _mesh.DisposeAsync();
        _store?.Dispose();
    }

    /// <summary>Waits for a cell; null if its row was not selected.</summary>
    internal async Task<Cell?> CellAsync(string fault, string phase) =>
        _rows.TryGetValue(fault, out var row) ? (await row.Task).Single(cell => cell.Phase.Name == phase) : null;

    private static IEnumerable<string> Numbers() => Enumerable.Range(1, Pairs).Select(number => number.ToString(CultureInfo.InvariantCulture));

    private static IEnumerable<Fault> Chosen()
    {
        var names = Environment.GetEnvironmentVariable("MESH_CHAOS")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return Faults.All.Where(fault => names is null or [] || names.Contains(fault.Name, StringComparer.Ordinal));
    }

    private async Task RunAsync(MeshSystem mesh, ServerProcess store)
    {
        var free = Channel.CreateUnbounded<HostPair>();
        foreach (var number in Numbers())
            await free.Writer.WriteAsync(new HostPair(mesh, store, number));

        var chosen = Chosen().ToLookup(fault => fault.IsExclusive);
        await Task.WhenAll(chosen[false].Select(fault => RunAsync(fault, free)));
        foreach (var fault in chosen[true])
        {
            await ChangeServicesAsync(mesh, fault.Services);
            await RunAsync(fault, free);
        }
    }

    private async Task RunAsync(Fault fault, Channel<HostPair> free)
    {
        var pair = await free.Reader.ReadAsync();
        var row = new Row(fault, pair);
        try
        {
            await row.RunAsync();
        }
        catch (Exception e)
        {
            foreach (var cell in row.Cells)
                cell.Fail($"the row could not be cleaned up: {e}");
        }

        _rows[fault.Name].SetResult(row.Cells);
        await free.Writer.WriteAsync(pair);
    }

    private static async Task ChangeServicesAsync(MeshSystem mesh, IReadOnlyList<string> services)
    {
        if (mesh.Services.SequenceEqual(services))
            return;
        await mesh.KillMeshAsync();
        mesh.Services = services;
        await mesh.StartMeshAsync();
    }
}
