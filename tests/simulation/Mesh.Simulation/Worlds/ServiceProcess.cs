using Mesh.Hosting.Bus;
using Mesh.Hosting.Running;
using Mesh.Hosting.Store;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Running;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Simulation.Worlds;

/// <summary>A real service in a process that can be killed at every step, over a store that outlives it.</summary>
internal abstract class ServiceProcess(World world, string name, SimulatedStore store)
{
    private const int DiskFull = 13;

    private int _lives;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Its process; null while none runs.</summary>
    public SimulatedProcess? Process { get; private set; }

    /// <summary>What it is made of; null while none runs.</summary>
    public IServiceProvider? Provider { get; private set; }

    /// <summary>Its way to the broker.</summary>
    public BusLink Link { get; } = new();

    /// <summary>Whether it can write nothing.</summary>
    public bool IsStoreFull { get; set; }

    /// <summary>After how many more passages of the store the process is killed; null for never.</summary>
    public int? KillAfterPassages { get; set; }

    /// <summary>Whether the next commit is kept without its caller being told.</summary>
    public bool LosesNextCommit { get; set; }

    /// <summary>The world that it is part of.</summary>
    protected World World { get; } = world;

    /// <summary>Starts it, unless it runs.</summary>
    public void Start()
    {
        if (Process is not null)
            return;
        var process = Process = new SimulatedProcess(World.Pump, $"{Name}{(++_lives > 1 ? $"#{_lives}" : "")}");
        process.Post(() =>
        {
            var provider = Build(process);
            Provider = provider;
            ServiceStarter.Start(process, World, Link, provider, onFailed: () => KillAndRestart(TimeSpan.FromSeconds(3)));
        });
    }

    /// <summary>Kills it.</summary>
    public void Kill()
    {
        if (Process is null)
            return;
        World.Trace.Add("fault", $"{Process.Name} is killed");
        Process.Kill();
        (Process, Provider) = (null, null);
    }

    /// <summary>Kills it, and lets it start again after a while.</summary>
    public void KillAndRestart(TimeSpan pause)
    {
        Kill();
        World.Network.Post(Start, pause);
    }

    /// <summary>Lets nothing go wrong with it any more.</summary>
    public void Calm()
    {
        (KillAfterPassages, LosesNextCommit) = (null, false);
        Start();
    }

    /// <summary>Its settings besides the place of its store.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Adds what it does.</summary>
    protected abstract void Add(IServiceCollection services, IConfiguration configuration, SimulatedProcess process);

    /// <summary>Tells that it has committed.</summary>
    protected abstract void NoteCommit();

    private ServiceProvider Build(SimulatedProcess process)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([.. Settings, new KeyValuePair<string, string?>("Store:Location", store.Location)]).Build();
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(new TraceLogs(World.Trace, process));
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton<TimeProvider>(new SteadyTime(process.Clock));
        services.AddSingleton(BusOf(process));
        services.AddSingleton<StoreGate>(moment => PassAsync(process, moment));
        Add(services, configuration, process);
        return services.BuildServiceProvider();
    }

    private IMessageBus BusOf(SimulatedProcess process)
    {
        var bus = World.BusOf(process, Link);
        return World.Plant?.Wrap(bus, this) ?? bus;
    }

    private async Task PassAsync(SimulatedProcess process, StoreMoment moment)
    {
        if (moment == StoreMoment.Committed)
            NoteCommit();

        // A disk takes its time; what else the process does meanwhile comes in between.
        await Task.Delay(World.Weather.Within(TimeSpan.FromMilliseconds(3)), process.Clock);
        if (KillAfterPassages is { } left && process == Process)
        {
            KillAfterPassages = left > 0 ? left - 1 : null;
            if (left == 0)
            {
                KillAndRestart(World.Weather.Within(TimeSpan.FromSeconds(10)));
                await Task.Yield();
            }
        }

        if (IsStoreFull && moment == StoreMoment.BeforeWriting)
            throw new SqliteException("database or disk is full", DiskFull);
        if (LosesNextCommit && moment == StoreMoment.Committed)
        {
            LosesNextCommit = false;
            throw new SqliteException("disk I/O error after the commit", DiskFull);
        }
    }
}
