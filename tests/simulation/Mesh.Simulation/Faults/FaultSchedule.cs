using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Faults;

/// <summary>The faults of a run: a few kinds, each possibly several times, until all faults end.</summary>
internal sealed class FaultSchedule(World world, Random random)
{
    private readonly List<Fault> _active = [];
    private readonly List<PhaseFault> _waiting = [];
    private readonly List<string> _injected = [];
    private bool _isOver;

    /// <summary>How long faults are injected.</summary>
    public TimeSpan Duration { get; } = TimeSpan.FromSeconds(random.Next(30, 120));

    /// <summary>All injected faults, in human-readable form.</summary>
    public IReadOnlyList<string> Injected => _injected;

    /// <summary>Draws the faults and their times. A run has few kinds of faults, and many runs have none.</summary>
    public void Plan()
    {
        var kinds = FaultCatalogue.Factories.Where(_ => random.NextDouble() < 0.25).ToList();
        if (kinds.Count == 0)
            return;
        for (var left = random.Next(0, 11); left > 0; left--)
        {
            var fault = kinds[random.Next(kinds.Count)](world, random);
            var at = TimeSpan.FromSeconds(1) + (Duration - TimeSpan.FromSeconds(1)) * random.NextDouble();
            var duration = random.NextDouble() < 0.5 ? TimeSpan.FromSeconds(random.NextDouble() * 5) : TimeSpan.FromSeconds(random.NextDouble() * 50);
            world.Network.Post(() => Begin(fault, duration), fault is PhaseFault ? at / 4 : at);
        }
    }

    /// <summary>Triggers the faults that wait for a phase which a migration has reached.</summary>
    public void TriggerPhaseFaults()
    {
        if (_waiting.Count == 0 || _isOver)
            return;
        foreach (var job in world.Cluster.ListJobs())
            foreach (var fault in _waiting.Where(fault => fault.Matches(job)).ToList())
            {
                _waiting.Remove(fault);
                world.Network.Post(() => Trigger(fault, job), fault.Delay);
            }
    }

    /// <summary>Records an injected fault.</summary>
    public void Record(string what)
    {
        _injected.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{world.EventLoop.Ticks / (double)TimeSpan.TicksPerSecond:0.0} s {what}"));
        world.Trace.Add("fault", what);
    }

    /// <summary>Ends all faults and restores all hosts and services.</summary>
    public void EndAll()
    {
        _isOver = true;
        foreach (var fault in _active.ToList())
            End(fault);
        foreach (var host in world.Hosts)
        {
            host.PowerOn();
            host.StartAgent();
        }

        foreach (var service in world.Services)
            service.ClearFaults();
    }

    /// <summary>Injects a fault for a while.</summary>
    public void Begin(Fault fault, TimeSpan duration)
    {
        if (_isOver)
            return;
        if (fault is PhaseFault waiting)
        {
            _waiting.Add(waiting);
            return;
        }

        if (!fault.TryBegin(world))
            return;
        Record($"{fault.Name} for {duration.TotalSeconds:0.0} s");
        _active.Add(fault);
        world.Network.Post(() => End(fault), duration);
    }

    private void Trigger(PhaseFault fault, Agent.Simulated.SimulatedJob job)
    {
        if (_isOver)
            return;
        Begin(fault.CreateFault(job), fault.Duration);
    }

    private void End(Fault fault)
    {
        if (!_active.Remove(fault))
            return;
        world.Trace.Add("fault", $"ended: {fault.Name}");
        fault.End(world);
    }
}
