using Mesh.Agent.Simulated;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Faults;
using Mesh.Simulation.Hosts;
using Mesh.Simulation.Invariants;
using Mesh.Simulation.Plants;
using Mesh.Simulation.Running;

namespace Mesh.Simulation.Worlds;

/// <summary>The whole mesh of one run: hosts, machines, broker, services, operators, and what goes wrong with them.</summary>
internal sealed partial class World : IDisposable
{
    private const int LinesKept = 80;

    private readonly Dictionary<string, Random> _chances = new(StringComparer.Ordinal);
    private readonly RunOptions _options;
    private readonly List<Invariant> _invariants;
    private readonly HashSet<VmId> _movedPastTheMesh = [];
    private readonly Dictionary<HostName, long> _fencedAt = [];
    private RunFailedException? _failure;

    /// <summary>A mesh that has not begun.</summary>
    public World(RunOptions options)
    {
        _options = options;
        Pump = new Pump(Chance("pump"), isShuffled: Chance("world").NextDouble() < 0.5);
        Directory = Path.Combine(System.IO.Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"mesh-simulation-{Guid.NewGuid():N}");
        Trace = new Trace(Pump, LinesKept, Directory, options.Print);
        Network = new SimulatedProcess(Pump, "network");
        Weather = new Weather(Chance("weather"), Chance("wires"));
        Broker = new Broker(Network, Weather, Trace, reportsHeldMax: Chance("world").Next(3, 2000));
        Cluster = new SimulatedCluster(Network.Clock);
        Truth = new Truth(this);
        Plant = Plants.Plant.Of(options.Bug);
        (Hosts, Vms) = Population.Make(this, Chance("population"));
        Migrations = new MigrationsService(this);
        SlotLimits = new SlotLimits(Chance("scheduling"));
        Schedulers = [.. (Chance("scheduling").NextDouble() < 0.2 ? ["scheduler", "spare"] : new[] { "scheduler" }).Select(name => new SchedulerService(this, name))];
        Operators = new Operators(this, Chance("operators"));
        Maintainers = new Maintainers(this, Chance("maintainers"));
        Storm = new Storm(this, Chance("storm"));
        _invariants = Invariant.All(this);
        Plant?.Plow(this);
    }

    /// <summary>The thread of control.</summary>
    public Pump Pump { get; }

    /// <summary>What happens.</summary>
    public Trace Trace { get; }

    /// <summary>What never dies: wires, clocks, hardware.</summary>
    public SimulatedProcess Network { get; }

    /// <summary>How bad the network is.</summary>
    public Weather Weather { get; }

    /// <summary>The broker.</summary>
    public Broker Broker { get; }

    /// <summary>The hypervisors and what runs on them.</summary>
    public SimulatedCluster Cluster { get; }

    /// <summary>The hosts.</summary>
    public IReadOnlyList<HostMachine> Hosts { get; }

    /// <summary>The machines that there are.</summary>
    public IReadOnlyList<SimulatedVm> Vms { get; }

    /// <summary>The migrations service.</summary>
    public MigrationsService Migrations { get; }

    /// <summary>The migrations service's database.</summary>
    public StoreView Store { get; } = new();

    /// <summary>The schedulers: one, or by mistake two.</summary>
    public IReadOnlyList<SchedulerService> Schedulers { get; }

    /// <summary>The schedulers' database.</summary>
    public ScheduleView Schedule { get; } = new();

    /// <summary>How much the schedulers let run at once.</summary>
    public SlotLimits SlotLimits { get; }

    /// <summary>Every service besides the agents.</summary>
    public IEnumerable<ServiceProcess> Services => [Migrations, .. Schedulers];

    /// <summary>Who asks for migrations.</summary>
    public Operators Operators { get; }

    /// <summary>Who empties and closes hosts.</summary>
    public Maintainers Maintainers { get; }

    /// <summary>What goes wrong.</summary>
    public Storm Storm { get; }

    /// <summary>What is physically so.</summary>
    public Truth Truth { get; }

    /// <summary>The planted bug; null for none.</summary>
    public Plant? Plant { get; }

    /// <summary>Where agents keep their state.</summary>
    public string Directory { get; }

    /// <summary>Told after every commit of the migrations service.</summary>
    public event Action? Committed;

    /// <summary>Told of every flight that a commit has changed.</summary>
    public event Action<FlightBrief>? Changed;

    /// <summary>Told after every commit of a scheduler.</summary>
    public event Action? Scheduled;

    /// <summary>Told of every message that a process sends, whatever becomes of it.</summary>
    public event Action<BrokerMessage>? Sending;

    /// <summary>Told of every call to a hypervisor that takes effect, with the machine that it is about.</summary>
    public event Action<HostName, string, VmId>? Called;

    /// <summary>Tells of a call to a hypervisor.</summary>
    public void NoteCall(HostName host, string call, VmId vm) => Called?.Invoke(host, call, vm);

    /// <summary>Whether somebody has tried to move a machine past the mesh: then the mesh cannot be blamed for where it is.</summary>
    public bool HasMovedPastTheMesh(VmId vm) => _movedPastTheMesh.Contains(vm);

    /// <summary>Notes that somebody moves a machine past the mesh.</summary>
    public void NoteMovePastTheMesh(VmId vm) => _movedPastTheMesh.Add(vm);

    /// <summary>Notes that a host was made sure to be off.</summary>
    public void NoteFence(HostName host) => _fencedAt[host] = Pump.Ticks;

    /// <summary>Whether a host was made sure to be off at some time since.</summary>
    public bool WasFencedSince(HostName host, long ticks) => _fencedAt.TryGetValue(host, out var at) && at >= ticks;

    /// <summary>Something is so that must never be so. The run ends after the present step.</summary>
    public void Fail(string invariant, string what) => _failure ??= new RunFailedException(invariant, what);

    /// <summary>Tells that the migrations service has committed.</summary>
    public void NoteCommit()
    {
        Committed?.Invoke();
        foreach (var flight in Store.Changed())
            Changed?.Invoke(flight);
    }

    /// <summary>Tells that a scheduler has committed.</summary>
    public void NoteScheduled() => Scheduled?.Invoke();

    /// <summary>A process' connection to the broker.</summary>
    public IMessageBus BusOf(SimulatedProcess process, BusLink link) => new SimulatedBus(Broker, Network, process, link, Weather, message => Sending?.Invoke(message));

    /// <summary>The host of a name.</summary>
    public HostMachine Host(HostName name) => Hosts.First(host => host.Name == name);

    /// <summary>Chance for one purpose, so that what is drawn for one does not change what another draws.</summary>
    public Random Chance(string purpose)
    {
        if (_chances.TryGetValue(purpose, out var chance))
            return chance;
        var mixed = _options.Seed;
        foreach (var letter in purpose)
            mixed = unchecked((mixed * 31) ^ (letter * 7919));
        return _chances[purpose] = new Random(mixed);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Cluster.Dispose();
        Store.Dispose();
        Schedule.Dispose();
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.Delete(Directory, recursive: true);
    }
}
