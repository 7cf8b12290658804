using Mesh.Hosting.Bus;
using Mesh.Hosting.Clocks;
using Mesh.Hosting.Store;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Engine;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Simulation.Worlds;

/// <summary>A real service in a process that can be killed at any step; its store outlives it.</summary>
internal abstract class ServiceProcess(World world, string name, SimulatedStore store)
{
    private const int DiskFull = 13;

    private int _startCount;

    public string Name { get; } = name;

    /// <summary>Its process; null while it is down.</summary>
    public SimulatedProcess? Process { get; private set; }

    /// <summary>Its services; null while it is down.</summary>
    public IServiceProvider? Provider { get; private set; }

    /// <summary>Its connection to the broker.</summary>
    public BusLink Link { get; } = new();

    /// <summary>Whether every write to its store fails.</summary>
    public bool IsStoreFull { get; set; }

    /// <summary>Number of store operations after which the process is killed; null for never.</summary>
    public int? KillAfterStoreOperations { get; set; }

    /// <summary>Whether the next commit succeeds but is reported as failed.</summary>
    public bool LosesNextCommit { get; set; }

    protected World World { get; } = world;

    /// <summary>Starts it unless it is running.</summary>
    public void Start()
    {
        if (Process is not null)
            return;
        var process = Process = new SimulatedProcess(World.EventLoop, $"{Name}{(++_startCount > 1 ? $"#{_startCount}" : "")}");
        process.Post(() =>
        {
            var provider = Build(process);
            Provider = provider;
            ServiceStarter.Start(process, World, Link, provider, onFailed: () => KillAndRestart(TimeSpan.FromSeconds(3)));
        });
    }

    public void Kill()
    {
        if (Process is null)
            return;
        World.Trace.Add("fault", $"{Process.Name} is killed");
        Process.Kill();
        (Process, Provider) = (null, null);
    }

    /// <summary>Kills it and starts it again after a pause.</summary>
    public void KillAndRestart(TimeSpan pause)
    {
        Kill();
        World.Network.Post(Start, pause);
    }

    /// <summary>Ends its faults and starts it unless it is running.</summary>
    public void ClearFaults()
    {
        (KillAfterStoreOperations, LosesNextCommit) = (null, false);
        Start();
    }

    /// <summary>Its settings besides the store's location.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Adds its services.</summary>
    protected abstract void ConfigureServices(IServiceCollection services, IConfiguration configuration, SimulatedProcess process);

    /// <summary>Called after every commit.</summary>
    protected abstract void OnCommitted();

    private ServiceProvider Build(SimulatedProcess process)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([.. Settings, new KeyValuePair<string, string?>("Store:Location", store.Location)]).Build();
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(new TraceLogger(World.Trace, process));
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton<TimeProvider>(new MonotonicTimeProvider(process.Clock));
        services.AddSingleton(CreateBus(process));
        services.AddSingleton<StoreInterceptor>(stage => OnStoreOperationAsync(process, stage));
        ConfigureServices(services, configuration, process);
        return services.BuildServiceProvider();
    }

    private IMessageBus CreateBus(SimulatedProcess process)
    {
        var bus = World.CreateBus(process, Link);
        return World.SeededBug?.Wrap(bus, this) ?? bus;
    }

    private async Task OnStoreOperationAsync(SimulatedProcess process, StoreCallStage stage)
    {
        if (stage == StoreCallStage.AfterCommit)
            OnCommitted();

        // Disk I/O takes time; other work of the process interleaves with it.
        await Task.Delay(World.NetworkConditions.NextDelay(TimeSpan.FromMilliseconds(3)), process.Clock);
        if (KillAfterStoreOperations is { } left && process == Process)
        {
            KillAfterStoreOperations = left > 0 ? left - 1 : null;
            if (left == 0)
            {
                KillAndRestart(World.NetworkConditions.NextDelay(TimeSpan.FromSeconds(10)));
                await Task.Yield();
            }
        }

        if (IsStoreFull && stage == StoreCallStage.BeforeWrite)
            throw new SqliteException("database or disk is full", DiskFull);
        if (LosesNextCommit && stage == StoreCallStage.AfterCommit)
        {
            LosesNextCommit = false;
            throw new SqliteException("disk I/O error after the commit", DiskFull);
        }
    }
}
