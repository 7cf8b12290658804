using Mesh.Hosting.Bus;
using Mesh.Hosting.Running;
using Mesh.Hosting.Store;
using Mesh.Migrations.Host;
using Mesh.Migrations.Host.Fencing;
using Mesh.Policy.Host;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Hosts;
using Mesh.Simulation.Running;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Simulation.Worlds;

/// <summary>The real migrations and policy services in a process that can be killed at every step, over a store that outlives it.</summary>
internal sealed class MigrationsService(World world)
{
    private const int DiskFull = 13;

    private int _lives;

    /// <summary>Its process; null while none runs.</summary>
    public SimulatedProcess? Process { get; private set; }

    /// <summary>What it is made of; null while none runs.</summary>
    public IServiceProvider? Provider { get; private set; }

    /// <summary>Its way to the broker.</summary>
    public BusLink Link { get; } = new();

    /// <summary>Whether nothing can be written.</summary>
    public bool IsStoreFull { get; set; }

    /// <summary>After how many more passages of the store the process is killed; null for never.</summary>
    public int? KillAfterPassages { get; set; }

    /// <summary>Whether the next commit is kept without its caller being told.</summary>
    public bool LosesNextCommit { get; set; }

    /// <summary>Starts it, unless it runs.</summary>
    public void Start()
    {
        if (Process is not null)
            return;
        var process = Process = new SimulatedProcess(world.Pump, $"mesh{(++_lives > 1 ? $"#{_lives}" : "")}");
        process.Post(() =>
        {
            var provider = Build(process);
            Provider = provider;
            ServiceStarter.Start(process, world, Link, provider, onFailed: () => KillAndRestart(TimeSpan.FromSeconds(3)));
        });
    }

    /// <summary>Kills it.</summary>
    public void Kill()
    {
        if (Process is null)
            return;
        world.Trace.Add("fault", $"{Process.Name} is killed");
        Process.Kill();
        (Process, Provider) = (null, null);
    }

    /// <summary>Kills it, and lets it start again after a while.</summary>
    public void KillAndRestart(TimeSpan pause)
    {
        Kill();
        world.Network.Post(Start, pause);
    }

    private ServiceProvider Build(SimulatedProcess process)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Store:Location"] = world.Store.Location }).Build();
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(new TraceLogs(world.Trace, process));
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton<TimeProvider>(new SteadyTime(process.Clock));
        services.AddSingleton<IMessageBus>(world.BusOf(process, Link));
        services.AddSingleton<StoreGate>(moment => PassAsync(process, moment));
        services.AddSingleton<IFenceDevice>(new SimulatedFenceDevice(world, process, world.Chance("fencing")));
        world.Plant?.Add(services, world, process);
        services.AddMigrations(configuration).AddPolicies(configuration);
        return services.BuildServiceProvider();
    }

    private async Task PassAsync(SimulatedProcess process, StoreMoment moment)
    {
        if (moment == StoreMoment.Committed)
            world.NoteCommit();

        // A disk takes its time; what else the process does meanwhile comes in between.
        await Task.Delay(world.Weather.Within(TimeSpan.FromMilliseconds(3)), process.Clock);
        if (KillAfterPassages is { } left && process == Process)
        {
            KillAfterPassages = left > 0 ? left - 1 : null;
            if (left == 0)
            {
                KillAndRestart(world.Weather.Within(TimeSpan.FromSeconds(10)));
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
