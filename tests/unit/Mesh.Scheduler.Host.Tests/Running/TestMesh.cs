using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Scheduler.Host.Tests.Running;

/// <summary>
/// A scheduler with the other services on one store; the test plays the agents. A migration stays in its phase until the
/// test answers its hosts' commands.
/// </summary>
internal sealed class TestMesh : IAsyncDisposable
{
    // Hosts report at least as often, so that none becomes suspect.
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(5);

    // The scheduler's loop, and the inbox cleanup.
    private const int TimersAtRest = 2;

    private readonly SqliteFiles _stores = new();
    private readonly List<HostInventory> _hosts = [];
    private readonly HashSet<VmId> _leaving = [];
    private readonly (string Name, string Value)[] _settings;
    private MeshProcess? _others;
    private MeshProcess? _scheduler;
    private long _sequence;

    private TestMesh((string Name, string Value)[] settings) => _settings = settings;

    public TestBroker Broker { get; } = new();

    /// <summary>The mesh's clock, as the migrations service has it.</summary>
    public ManualTimeProvider Time { get; } = new();

    public string Location { get; private set; } = "";

    public MeshProcess Scheduler => _scheduler!;

    /// <summary>The number of scheduling passes, of any scheduler.</summary>
    public int PassCount => Broker.Sent.OfType<ReadFleet>().Count(read => read.PassEpoch > 0);

    /// <summary>A mesh with three hosts, of which the first runs the VMs.</summary>
    public static async Task<TestMesh> StartAsync(IEnumerable<string> vms, params (string Name, string Value)[] settings)
    {
        var mesh = new TestMesh(settings);
        mesh.Location = await mesh._stores.CreateAsync();
        mesh._others = await MeshProcess.OthersAsync(mesh.Location, mesh.Broker, mesh.Time);
        await mesh.SendInventoryAsync(TestMessages.Inventory("hosta", vms: [.. vms.Select(name => TestMessages.Vm(name))]));
        await mesh.SendInventoryAsync(TestMessages.Inventory("hostb"));
        await mesh.SendInventoryAsync(TestMessages.Inventory("hostc"));
        await mesh.StartSchedulerAsync(mesh.Time.GetUtcNow());
        return mesh;
    }

    /// <summary>Starts the scheduler on a host with that clock.</summary>
    public async Task StartSchedulerAsync(DateTimeOffset clock) =>
        _scheduler = await MeshProcess.SchedulerAsync(Location, Broker, new ManualTimeProvider(clock), _settings);

    /// <summary>Stops the scheduler.</summary>
    public async Task StopSchedulerAsync()
    {
        await Scheduler.DisposeAsync();
        _scheduler = null;
    }

    public async Task RestartSchedulerAsync()
    {
        await StopSchedulerAsync();
        await StartSchedulerAsync(Time.GetUtcNow());
    }

    /// <summary>A host's agent sends its inventory and reports.</summary>
    public async Task SendInventoryAsync(HostInventory inventory)
    {
        _hosts.RemoveAll(known => known.Host == inventory.Host);
        _hosts.Add(inventory with { Sequence = ++_sequence, At = Time.GetUtcNow() });
        await Broker.SendAsync(AgentQueues.HostInventories, _hosts[^1]);
        await ReportAsync();
    }

    /// <summary>Advances all clocks; every host keeps reporting.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= ReportEvery)
        {
            var step = left < ReportEvery ? left : ReportEvery;
            Time.Advance(step);
            await ReportAsync();
            _scheduler?.Clock.Advance(step);
        }
    }

    /// <summary>Sends a request to the scheduler.</summary>
    public Task<TReply> AskAsync<TRequest, TReply>(TRequest request)
        where TRequest : class
        where TReply : class => Broker.RequestAsync<TRequest, TReply>(SchedulerQueues.Requests, request);

    public Task<MigrationRequestAnswer> RequestAsync(RequestMigration request) => AskAsync<RequestMigration, MigrationRequestAnswer>(request);

    /// <summary>Requests migrations of VMs, each with the ID of its VM, to any host; all are accepted.</summary>
    public async Task QueueAsync(params string[] vms)
    {
        foreach (var vm in vms)
            (await RequestAsync(TestMessages.Request(vm))).Refusals.ShouldBeEmpty();
    }

    public async Task<QueueView> QueueAsync() => await AskAsync<ListQueue, QueueView>(new ListQueue());

    public async Task<MigrationView> ShowAsync(string id) => (await FindAsync(id)).ShouldNotBeNull(id);

    public async Task<MigrationView?> FindAsync(string id) =>
        (await Broker.RequestAsync<GetMigration, GetMigrationAnswer>(MigrationQueues.Requests, new GetMigration(new MigrationId(id)))).Migration;

    /// <summary>Waits until migrations are in a phase.</summary>
    public async Task<IReadOnlyList<MigrationView>> AwaitAsync(MigrationPhase phase, params string[] ids)
    {
        List<MigrationView> views = [];
        foreach (var id in ids)
            views.Add(await Eventually.ReturnsAsync(async () => await ShowAsync(id) is var view && view.Phase == phase ? view : null, $"{id} is {phase}"));
        return views;
    }

    /// <summary>Waits until the scheduler is idle and no pass is pending: one that was signalled earlier counts as the one requested here.</summary>
    public async Task FinishPassesAsync()
    {
        var before = PassCount;
        Scheduler.RequestPass();
        await Eventually.HoldsAsync(() => PassCount > before, "the pass runs");
        await SettleAsync();
    }

    /// <summary>Waits until the scheduler is idle.</summary>
    public Task SettleAsync() => Eventually.HoldsAsync(() => Scheduler.Clock.PendingTimers == TimersAtRest, "the loop waits");

    public Task<AbortAnswer> AbortAsync(string id) =>
        Broker.RequestAsync<AbortMigration, AbortAnswer>(MigrationQueues.Requests, new AbortMigration(new MigrationId(id), "tester"));

    /// <summary>The host answers the newest command of a kind.</summary>
    public async Task AnswerAsync<T>(string id, CommandResult result = CommandResult.Succeeded, string why = "")
        where T : AgentCommand
    {
        var view = await ShowAsync(id);
        var command = await Eventually.ReturnsAsync(
            () => Task.FromResult(Broker.Sent.OfType<T>().LastOrDefault(command => command.MigrationId.Value == id && command.Epoch == view.Epoch)), typeof(T).Name);
        await Broker.SendAsync(AgentQueues.CommandAnswers, TestMessages.Answer(command, view, result, why));
    }

    /// <summary>The hosts carry out an admitted migration.</summary>
    public async Task CompleteAsync(string id)
    {
        await AnswerAsync<PrepareIncoming>(id);
        await AwaitAsync(MigrationPhase.Starting, id);
        await CompleteStartedAsync(id);
    }

    /// <summary>The hosts carry out a migration whose destination is prepared.</summary>
    public async Task CompleteStartedAsync(string id)
    {
        await AnswerAsync<StartMigration>(id);
        var (view, start) = (await ShowAsync(id), Broker.Sent.OfType<StartMigration>().Last(command => command.MigrationId.Value == id));
        var vm = view.VmId!.Value;
        _leaving.Add(vm);
        await ReportAsync();
        await Broker.SendAsync<AgentEvent>(AgentQueues.AgentEvents, new JobEnded
        {
            Host = view.Source!.Value,
            MigrationId = view.Id,
            Epoch = start.Epoch,
            VmId = vm,
            At = Time.GetUtcNow(),
            Result = JobResult.Completed,
            Error = "",
        });
        _leaving.Remove(vm);
        await MoveAsync(vm, view.Source.Value, view.Destination!.Value);
        await AwaitAsync(MigrationPhase.Ended, id);
    }

    /// <summary>The hosts that report a VM.</summary>
    public IReadOnlyList<string> HomesOf(string vm) => [.. _hosts.Where(host => host.Vms.Any(known => known.Name == vm)).Select(host => host.Host.Value)];

    /// <summary>Aborts a preparing migration; its destination cleans up.</summary>
    public async Task EndAsync(string id)
    {
        (await AbortAsync(id)).Result.ShouldBe(AbortResult.Aborting);
        await AnswerAsync<CleanUpIncoming>(id);
        await AwaitAsync(MigrationPhase.Ended, id);
    }

    public async ValueTask DisposeAsync()
    {
        if (_scheduler is not null)
            await _scheduler.DisposeAsync();
        if (_others is not null)
            await _others.DisposeAsync();
        _stores.Remove(Location);
    }

    private async Task MoveAsync(VmId vm, HostName from, HostName to)
    {
        var (source, destination) = (_hosts.Single(host => host.Host == from), _hosts.Single(host => host.Host == to));
        var moved = source.Vms.Single(known => known.Id == vm);
        await SendInventoryAsync(source with { Vms = [.. source.Vms.Where(known => known.Id != vm)] });
        await SendInventoryAsync(destination with { Vms = [.. destination.Vms, moved] });
    }

    private async Task ReportAsync()
    {
        foreach (var host in _hosts)
            await Broker.SendAsync(AgentQueues.HostReports, new HostReport(
                host.Host, host.AgentEpoch, ++_sequence, Time.GetUtcNow(), true,
                [.. host.Vms.Select(vm => new VmStatusReport(vm.Id, vm.Name, _leaving.Contains(vm.Id) ? VmStatus.MigratingFrom : vm.Status, ""))], []));
    }
}
