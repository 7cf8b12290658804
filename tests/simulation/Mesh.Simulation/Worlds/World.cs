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

/// <summary>The whole mesh of one run: hosts, VMs, broker, services, operators, and their faults.</summary>
internal sealed partial class World : IDisposable
{
    private const int TraceLinesMax = 80;

    private readonly Dictionary<string, Random> _randoms = new(StringComparer.Ordinal);
    private readonly RunOptions _options;
    private readonly List<Invariant> _invariants;
    private readonly HashSet<VmId> _migratedExternally = [];
    private readonly Dictionary<HostName, long> _fencedAt = [];
    private InvariantViolatedException? _failure;

    public World(RunOptions options)
    {
        _options = options;
        EventLoop = new EventLoop(RandomFor("pump"), isShuffled: RandomFor("world").NextDouble() < 0.5);
        Directory = Path.Combine(System.IO.Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"mesh-simulation-{Guid.NewGuid():N}");
        Trace = new Trace(EventLoop, TraceLinesMax, Directory, options.Print);
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
        Impostors = new Impostors(this, RandomFor("impostors"));
        FaultSchedule = new FaultSchedule(this, RandomFor("storm"));
        if (RandomFor("late admissions") is var late && Schedulers.Count > 1 && late.NextDouble() < 0.5)
            NetworkConditions.LateAdmissions = late;
        CrashAfterChange.Attach(this, RandomFor("crash after change"));
        StaleRedelivery.Attach(this, RandomFor("stale commands"));
        _invariants = Invariant.All(this);
        SeededBug?.Install(this);
    }

    public EventLoop EventLoop { get; }

    public Trace Trace { get; }

    /// <summary>The process of network, clocks and hardware, which is never killed.</summary>
    public SimulatedProcess Network { get; }

    public NetworkConditions NetworkConditions { get; }

    public Broker Broker { get; }

    /// <summary>The hypervisors and the VMs on them.</summary>
    public SimulatedCluster Cluster { get; }

    public IReadOnlyList<HostNode> Hosts { get; }

    public IReadOnlyList<SimulatedVm> Vms { get; }

    public MigrationsService Migrations { get; }

    public MigrationsStore MigrationsStore { get; } = new();

    /// <summary>One scheduler, or two after a configuration mistake.</summary>
    public IReadOnlyList<SchedulerService> Schedulers { get; }

    /// <summary>The database that all schedulers share.</summary>
    public SchedulerStore SchedulerStore { get; } = new();

    /// <summary>The schedulers' limits.</summary>
    public SlotLimits SlotLimits { get; }

    /// <summary>All services except the agents.</summary>
    public IEnumerable<ServiceProcess> Services => [Migrations, .. Schedulers];

    public Operators Operators { get; }

    public Maintainers Maintainers { get; }

    public Impostors Impostors { get; }

    public FaultSchedule FaultSchedule { get; }

    public GroundTruth GroundTruth { get; }

    /// <summary>The seeded bug; null for none.</summary>
    public SeededBug? SeededBug { get; }

    /// <summary>Directory of the agents' state.</summary>
    public string Directory { get; }

    /// <summary>Raised after every commit of the migrations service.</summary>
    public event Action? MigrationsCommitted;

    /// <summary>Raised for every migration changed by a commit.</summary>
    public event Action<CommittedMigration>? MigrationChanged;

    /// <summary>Raised after every commit of a scheduler.</summary>
    public event Action? SchedulerCommitted;

    /// <summary>Raised for every message that a process sends, whether or not it arrives.</summary>
    public event Action<BrokerMessage>? MessageSending;

    /// <summary>Raised for every hypervisor call that takes effect, with its VM.</summary>
    public event Action<HostName, string, VmId>? HypervisorCalled;

    public void RecordCall(HostName host, string call, VmId vm) => HypervisorCalled?.Invoke(host, call, vm);

    /// <summary>Whether a migration of the VM outside the mesh was attempted: then the mesh is not responsible for where it runs.</summary>
    public bool WasMigratedExternally(VmId vm) => _migratedExternally.Contains(vm);

    /// <summary>Records a migration of the VM outside the mesh.</summary>
    public void RecordExternalMigration(VmId vm) => _migratedExternally.Add(vm);

    /// <summary>Records that a host is verified as off.</summary>
    public void RecordFence(HostName host) => _fencedAt[host] = EventLoop.Ticks;

    /// <summary>Whether a host was verified as off at or after a time.</summary>
    public bool WasFencedSince(HostName host, long ticks) => _fencedAt.TryGetValue(host, out var at) && at >= ticks;

    /// <summary>Records a violation; the run ends after the current step.</summary>
    public void Fail(string invariant, string what) => _failure ??= new InvariantViolatedException(invariant, what);

    /// <summary>Raises the events of a commit of the migrations service.</summary>
    public void RaiseMigrationsCommitted()
    {
        MigrationsCommitted?.Invoke();
        foreach (var migration in MigrationsStore.ReadChanged())
            MigrationChanged?.Invoke(migration);
    }

    public void RaiseSchedulerCommitted() => SchedulerCommitted?.Invoke();

    public IMessageBus CreateBus(SimulatedProcess process, BusLink link) => new SimulatedBus(Broker, Network, process, link, NetworkConditions, message => MessageSending?.Invoke(message));

    public HostNode Host(HostName name) => Hosts.First(host => host.Name == name);

    /// <summary>The random generator of one purpose, so that draws for one purpose do not change those for another.</summary>
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
