using Mesh.Agent;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Clocks;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Simulation.Hosts;

/// <summary>A host: a simulated hypervisor, the real agent in its own process, and a link to the broker.</summary>
internal sealed class HostNode(World world, HostName name, TimeSpan tick)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    private readonly string _directory = Path.Combine(world.Directory, name.Value);
    private int _startCount;

    public HostName Name { get; } = name;

    /// <summary>Its link to the broker.</summary>
    public BusLink Link { get; } = new();

    /// <summary>The faults of its hypervisor.</summary>
    public HypervisorFaultState FaultState { get; } = new();

    /// <summary>The offset of its wall clock.</summary>
    public TimeSpan Skew { get; private set; }

    /// <summary>Whether its wall clock has ever jumped.</summary>
    public bool ClockHasJumped { get; private set; }

    /// <summary>Whether it is powered on.</summary>
    public bool IsOn { get; private set; } = true;

    /// <summary>The agent's process; null while it is down.</summary>
    public SimulatedProcess? Agent { get; private set; }

    /// <summary>Starts the agent unless it is running or the host is off.</summary>
    public void StartAgent()
    {
        if (!IsOn || Agent is not null)
            return;
        var agent = Agent = new SimulatedProcess(world.EventLoop, $"agent {Name}{(++_startCount > 1 ? $"#{_startCount}" : "")}");
        agent.Clock.Skew = () => Skew;
        agent.Post(() => ServiceStarter.Start(agent, world, Link, Build(agent), onFailed: () => RestartAgent(TimeSpan.FromSeconds(2))));
    }

    /// <summary>Kills the agent; its state file stays.</summary>
    public void KillAgent()
    {
        if (Agent is null)
            return;
        world.Trace.Add("fault", $"{Agent.Name} is killed");
        Agent.Kill();
        Agent = null;
    }

    /// <summary>Whether it has ever lost the agent's state.</summary>
    public bool HasLostAgentState { get; private set; }

    /// <summary>Raised when it loses the agent's state.</summary>
    public event Action? AgentStateLost;

    /// <summary>Adjusts its wall clock.</summary>
    public void AdjustClock(TimeSpan by) => (Skew, ClockHasJumped) = (Skew + by, true);

    /// <summary>Deletes the agent's state directory.</summary>
    public void LoseAgentState()
    {
        world.Trace.Add("fault", $"{Name} loses the agent's state");
        if (System.IO.Directory.Exists(_directory))
            System.IO.Directory.Delete(_directory, recursive: true);
        HasLostAgentState = true;
        AgentStateLost?.Invoke();
    }

    /// <summary>Makes the agent's state unwritable: a directory takes the place of the file that it writes.</summary>
    public void BlockState() => System.IO.Directory.CreateDirectory(Blocker);

    /// <summary>Makes the agent's state writable again.</summary>
    public void UnblockState()
    {
        if (System.IO.Directory.Exists(Blocker))
            System.IO.Directory.Delete(Blocker);
    }

    private string Blocker => Path.Combine(_directory, $"{Name}.json.new");

    /// <summary>Cuts the power: the agent and all VMs on the host die.</summary>
    public void PowerOff()
    {
        if (!IsOn)
            return;
        world.Trace.Add("fault", $"{Name} loses power");
        IsOn = false;
        KillAgent();
        world.GroundTruth.FailHost(Name);
    }

    /// <summary>Restores power; the agent starts with the host.</summary>
    public void PowerOn()
    {
        if (IsOn)
            return;
        world.Trace.Add("fault", $"{Name} has power again");
        IsOn = true;
        world.Cluster.PowerOn(Name);
        StartAgent();
    }

    private void RestartAgent(TimeSpan pause)
    {
        var failed = Agent;
        KillAgent();
        if (failed is not null)
            world.Network.Post(StartAgent, pause);
    }

    private ServiceProvider Build(SimulatedProcess agent)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(new TraceLogger(world.Trace, agent));
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton<TimeProvider>(new MonotonicTimeProvider(agent.Clock));
        services.AddSingleton<IMessageBus>(world.CreateBus(agent, Link));
        services.AddAgent(
            Name,
            options =>
            {
                options.MigrationTarget = $"simulated://{Name}";
                options.Tick = tick;
                options.StateDirectory = _directory;
                options.CallTimeout = CallTimeout;
            },
            provider =>
            {
                var hypervisor = world.Cluster.CreateHypervisor(Name, new HypervisorGate(agent, world.Network, FaultState, world.RandomFor("hypervisor"), CallTimeout, world.RecordCall));
                agent.Died += () => _ = hypervisor.DisposeAsync().AsTask();
                return world.SeededBug?.Wrap(hypervisor) ?? hypervisor;
            });
        return services.BuildServiceProvider();
    }
}
