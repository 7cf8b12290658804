using Mesh.Agent.Simulated;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Faults;
using Mesh.Simulation.Hosts;
using Mesh.Simulation.Invariants;
using Mesh.Simulation.SeededBugs;

namespace Mesh.Simulation.Worlds;

/// <summary>The whole mesh of one run: hosts, machines, broker, services, operators, and what goes wrong with them.</summary>
internal sealed partial class World : IDisposable
{
    private const int LinesKept = 80;

    private readonly Dictionary<string, Random> _randoms = new(StringComparer.Ordinal);
    private readonly RunOptions _options;
    private readonly List<Invariant> _invariants;
    private readonly HashSet<VmId> _migratedExternally = [];
    private readonly Dictionary<HostName, long> _fencedAt = [];
    private InvariantViolatedException? _failure;

    /// <summary>A mesh that has not begun.</summary>
    public World(RunOptions options)
    {
        _options = options;
        EventLoop = new EventLoop(RandomFor("pump"), isShuffled: RandomFor("world").NextDouble() < 0.5);
        Directory = Path.Combine(System.IO.Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"mesh-simulation-{Guid.NewGuid():N}");
        Trace = new Trace(EventLoop, LinesKept, Directory, options.Print);
        Network = new SimulatedProcess(EventLoop, "network");
        NetworkConditions = new NetworkConditions(RandomFor("weather"), RandomFor("wires"));
        Broker = new Broker(Network, NetworkConditions, Trace, reportsHeldMax: RandomFor("world").Next(3, 2000));
        Cluster = new SimulatedCluster(Network.Clock);
        GroundTruth = new GroundTruth(this);
        SeededBug = SeededBugs.SeededBug.Create(options.Bug);
        (Hosts, Vms) = Population.Create(this, RandomFor("population"));
        Migrations = new MigrationsService(this);
        SlotLimits = new SlotLimits(RandomFor("scheduling"));
        Schedulers = [.. (RandomFor("scheduling").NextDouble() < 0.2 ? ["scheduler", "spare"] : new[] { "scheduler" }).Select(name => new SchedulerService(this, name))];
        Operators = new Operators(this, RandomFor("operators"));
        Maintainers = new Maintainers(this, RandomFor("maintainers"));
        FaultSchedule = new FaultSchedule(this, RandomFor("storm"));
        _invariants = Invariant.All(this);
        SeededBug?.Install(this);
    }

    /// <summary>The thread of control.</summary>
    public EventLoop EventLoop { get; }

    /// <summary>What happens.</summary>
    public Trace Trace { get; }

    /// <summary>What never dies: wires, clocks, hardware.</summary>
    public SimulatedProcess Network { get; }

    /// <summary>How bad the network is.</summary>
    public NetworkConditions NetworkConditions { get; }

    /// <summary>The broker.</summary>
    public Broker Broker { get; }

    /// <summary>The hypervisors and what runs on them.</summary>
    public SimulatedCluster Cluster { get; }

    /// <summary>The hosts.</summary>
    public IReadOnlyList<HostNode> Hosts { get; }

    /// <summary>The machines that there are.</summary>
    public IReadOnlyList<SimulatedVm> Vms { get; }

    /// <summary>The migrations service.</summary>
    public MigrationsService Migrations { get; }

    /// <summary>The migrations service's database.</summary>
    public MigrationsStore MigrationsStore { get; } = new();

    /// <summary>The schedulers: one, or by mistake two.</summary>
    public IReadOnlyList<SchedulerService> Schedulers { get; }

    /// <summary>The schedulers' database.</summary>
    public SchedulerStore SchedulerStore { get; } = new();

    /// <summary>How much the schedulers let run at once.</summary>
    public SlotLimits SlotLimits { get; }

    /// <summary>Every service besides the agents.</summary>
    public IEnumerable<ServiceProcess> Services => [Migrations, .. Schedulers];

    /// <summary>Who asks for migrations.</summary>
    public Operators Operators { get; }

    /// <summary>Who empties and closes hosts.</summary>
    public Maintainers Maintainers { get; }

    /// <summary>What goes wrong.</summary>
    public FaultSchedule FaultSchedule { get; }

    /// <summary>What is physically so.</summary>
    public GroundTruth GroundTruth { get; }

    /// <summary>The planted bug; null for none.</summary>
    public SeededBug? SeededBug { get; }

    /// <summary>Where agents keep their state.</summary>
    public string Directory { get; }

    /// <summary>Told after every commit of the migrations service.</summary>
    public event Action? MigrationsCommitted;

    /// <summary>Told of every flight that a commit has changed.</summary>
    public event Action<CommittedMigration>? MigrationChanged;

    /// <summary>Told after every commit of a scheduler.</summary>
    public event Action? SchedulerCommitted;

    /// <summary>Told of every message that a process sends, whatever becomes of it.</summary>
    public event Action<BrokerMessage>? MessageSending;

    /// <summary>Told of every call to a hypervisor that takes effect, with the machine that it is about.</summary>
    public event Action<HostName, string, VmId>? HypervisorCalled;

    /// <summary>Tells of a call to a hypervisor.</summary>
    public void RecordCall(HostName host, string call, VmId vm) => HypervisorCalled?.Invoke(host, call, vm);

    /// <summary>Whether somebody has tried to move a machine past the mesh: then the mesh cannot be blamed for where it is.</summary>
    public bool WasMigratedExternally(VmId vm) => _migratedExternally.Contains(vm);

    /// <summary>Notes that somebody moves a machine past the mesh.</summary>
    public void RecordExternalMigration(VmId vm) => _migratedExternally.Add(vm);

    /// <summary>Notes that a host was made sure to be off.</summary>
    public void RecordFence(HostName host) => _fencedAt[host] = EventLoop.Ticks;

    /// <summary>Whether a host was made sure to be off at some time since.</summary>
    public bool WasFencedSince(HostName host, long ticks) => _fencedAt.TryGetValue(host, out var at) && at >= ticks;

    /// <summary>Something is so that must never be so. The run ends after the present step.</summary>
    public void Fail(string invariant, string what) => _failure ??= new InvariantViolatedException(invariant, what);

    /// <summary>Tells that the migrations service has committed.</summary>
    public void RaiseMigrationsCommitted()
    {
        MigrationsCommitted?.Invoke();
        foreach (var migration in MigrationsStore.ReadChanged())
            MigrationChanged?.Invoke(migration);
    }

    /// <summary>Tells that a scheduler has committed.</summary>
    public void RaiseSchedulerCommitted() => SchedulerCommitted?.Invoke();

    /// <summary>A process' connection to the broker.</summary>
    public IMessageBus CreateBus(SimulatedProcess process, BusLink link) => new SimulatedBus(Broker, Network, process, link, NetworkConditions, message => MessageSending?.Invoke(message));

    /// <summary>The host of a name.</summary>
    public HostNode Host(HostName name) => Hosts.First(host => host.Name == name);

    /// <summary>Chance for one purpose, so that what is drawn for one does not change what another draws.</summary>
    public Random RandomFor(string purpose)
    {
        if (_randoms.TryGetValue(purpose, out var random))
            return random;
        var mixed = _options.Seed;
        foreach (var letter in purpose)
            mixed = unchecked((mixed * 31) ^ (letter * 7919));
        return _randoms[purpose] = new Random(mixed);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Cluster.Dispose();
        MigrationsStore.Dispose();
        SchedulerStore.Dispose();
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.Delete(Directory, recursive: true);
    }
}
