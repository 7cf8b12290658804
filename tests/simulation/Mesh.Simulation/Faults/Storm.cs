using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Faults;

/// <summary>What goes wrong in a run: some kinds of faults, some times each, until the calm, in which everything is whole again.</summary>
internal sealed class Storm(World world, Random chance)
{
    private readonly List<Fault> _present = [];
    private readonly List<PhaseFault> _waiting = [];
    private readonly List<string> _told = [];
    private bool _isOver;

    /// <summary>How long faults happen.</summary>
    public TimeSpan Lasts { get; } = TimeSpan.FromSeconds(chance.Next(30, 120));

    /// <summary>Everything that was done, for a person to read.</summary>
    public IReadOnlyList<string> Told => _told;

    /// <summary>Draws the faults and when they come. A run has few kinds of them, and many a run none at all.</summary>
    public void Plan()
    {
        var kinds = Catalogue.Kinds.Where(_ => chance.NextDouble() < 0.25).ToList();
        if (kinds.Count == 0)
            return;
        for (var left = chance.Next(0, 11); left > 0; left--)
        {
            var fault = kinds[chance.Next(kinds.Count)](world, chance);
            var at = TimeSpan.FromSeconds(1) + (Lasts - TimeSpan.FromSeconds(1)) * chance.NextDouble();
            var lasts = chance.NextDouble() < 0.5 ? TimeSpan.FromSeconds(chance.NextDouble() * 5) : TimeSpan.FromSeconds(chance.NextDouble() * 50);
            world.Network.Post(() => Begin(fault, lasts), fault is PhaseFault ? at / 4 : at);
        }
    }

    /// <summary>Looks whether a fault that waits for a phase of a migration may come now.</summary>
    public void Look()
    {
        if (_waiting.Count == 0 || _isOver)
            return;
        foreach (var job in world.Cluster.Jobs())
            foreach (var fault in _waiting.Where(fault => fault.Fits(job)).ToList())
            {
                _waiting.Remove(fault);
                world.Network.Post(() => Strike(fault, job), fault.Pause);
            }
    }

    /// <summary>Notes what was done.</summary>
    public void Tell(string what)
    {
        _told.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{world.Pump.Ticks / (double)TimeSpan.TicksPerSecond:0.0} s {what}"));
        world.Trace.Add("fault", what);
    }

    /// <summary>Makes everything whole.</summary>
    public void Calm()
    {
        _isOver = true;
        foreach (var fault in _present.ToList())
            End(fault);
        foreach (var host in world.Hosts)
        {
            host.PowerOn();
            host.StartAgent();
        }

        foreach (var service in world.Services)
            service.Calm();
    }

    private void Begin(Fault fault, TimeSpan lasts)
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
        Tell($"{fault.Name} for {lasts.TotalSeconds:0.0} s");
        _present.Add(fault);
        world.Network.Post(() => End(fault), lasts);
    }

    private void Strike(PhaseFault fault, Agent.Simulated.SimulatedJob job)
    {
        if (_isOver)
            return;
        Begin(fault.Deed(job), fault.Lasts);
    }

    private void End(Fault fault)
    {
        if (!_present.Remove(fault))
            return;
        world.Trace.Add("fault", $"over: {fault.Name}");
        fault.End(world);
    }
}
