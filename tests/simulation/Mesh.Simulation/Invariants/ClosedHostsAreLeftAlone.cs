using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>No machine is sent to a host that was closed before the turn was read in which that is decided, and has been ever since.</summary>
internal sealed class ClosedHostsAreLeftAlone : Invariant
{
    private readonly Dictionary<HostName, long> _closedSince = [];
    private readonly Dictionary<string, long> _readAt = new(StringComparer.Ordinal);

    /// <summary>Watches what schedulers keep and say.</summary>
    public ClosedHostsAreLeftAlone(World world)
        : base(world)
    {
        world.Scheduled += Look;
        world.Sending += Look;
    }

    /// <inheritdoc />
    public override string Name => "no machine comes to a closed host";

    private void Look()
    {
        var closed = World.Schedule.Cordons().Select(cordon => cordon.Host).ToHashSet();
        foreach (var host in _closedSince.Keys.Where(host => !closed.Contains(host)).ToList())
            _closedSince.Remove(host);
        foreach (var host in closed)
            _closedSince.TryAdd(host, World.Pump.Ticks);
    }

    private void Look(BrokerMessage message)
    {
        if (message.Content is ReadFleet { Turn: > 0 })
            _readAt[message.From] = World.Pump.Ticks;
        else if (message.Content is AdmitMigration { Choice: not null } admission && _closedSince.TryGetValue(admission.Destination, out var since) && since < _readAt[message.From])
            Fail($"{message.From} admits {admission.Id} to {admission.Destination}, which was closed {TimeSpan.FromTicks(_readAt[message.From] - since).TotalSeconds:0.000} s before the turn was read");
    }
}
