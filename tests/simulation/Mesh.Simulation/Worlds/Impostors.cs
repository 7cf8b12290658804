using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Engine;

namespace Mesh.Simulation.Worlds;

/// <summary>Hosts that send events about migrations in which they have no job. Some runs have them.</summary>
internal sealed class Impostors
{
    private const double ShareOfRuns = 0.12;

    private readonly World _world;
    private readonly Random _random;
    private readonly SimulatedProcess _process;
    private readonly IMessageBus _bus;

    public Impostors(World world, Random random)
    {
        (_world, _random) = (world, random);
        _process = new SimulatedProcess(world.EventLoop, "impostor");
        _bus = world.CreateBus(_process, new BusLink());
    }

    /// <summary>Plans the events of a run.</summary>
    public void Plan(TimeSpan duration)
    {
        if (_random.NextDouble() >= ShareOfRuns)
            return;
        for (var left = _random.Next(5, 20); left > 0; left--)
            _process.Post(Pretend, duration * _random.NextDouble());
    }

    private void Pretend()
    {
        var (job, host, kind) = (_random.Next(100), _world.Hosts[_random.Next(_world.Hosts.Count)].Name, _random.Next(3));
        var migrations = _world.MigrationsStore.ReadMigrations().Where(migration => migration is { HasEnded: false, StartedAt: not null, Vm: not null } && migration.Source != host).ToList();
        if (migrations.Count == 0)
            return;
        var migration = migrations[job % migrations.Count];
        _world.Trace.Add(_process.Name, $"{host} speaks about {migration.Id}");
        _ = _bus.SendAsync(AgentQueues.AgentEvents, CreateEvent(migration.Id, migration.Epoch, migration.Vm!.Id, host, kind));
    }

    private AgentEvent CreateEvent(MigrationId id, Epoch epoch, VmId vm, HostName host, int kind) => kind switch
    {
        0 => new JobStalled { Host = host, MigrationId = id, Epoch = epoch, VmId = vm, At = _process.Clock.GetUtcNow(), StalledFor = TimeSpan.FromSeconds(9) },
        1 => new LimitReached
        {
            Host = host,
            MigrationId = id,
            Epoch = epoch,
            VmId = vm,
            At = _process.Clock.GetUtcNow(),
            Limit = HardLimit.ProgressTimeout,
            Value = TimeSpan.FromSeconds(9),
        },
        _ => new JobEnded { Host = host, MigrationId = id, Epoch = epoch, VmId = vm, At = _process.Clock.GetUtcNow(), Result = JobResult.Failed, Error = "not its job" },
    };
}
