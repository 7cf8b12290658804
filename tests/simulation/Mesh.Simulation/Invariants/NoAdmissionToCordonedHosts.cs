using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>No VM is admitted to a host that was cordoned before the scheduling pass read the fleet, and has been cordoned ever since.</summary>
internal sealed class NoAdmissionToCordonedHosts : Invariant
{
    private readonly Dictionary<HostName, long> _cordonedSince = [];
    private readonly Dictionary<string, long> _readAt = new(StringComparer.Ordinal);

    public NoAdmissionToCordonedHosts(World world)
        : base(world)
    {
        world.SchedulerCommitted += Observe;
        world.MessageSending += Observe;
    }

    /// <inheritdoc />
    public override string Name => "no VM is admitted to a cordoned host";

    private void Observe()
    {
        var cordoned = World.SchedulerStore.ReadCordons().Select(cordon => cordon.Host).ToHashSet();
        foreach (var host in _cordonedSince.Keys.Where(host => !cordoned.Contains(host)).ToList())
            _cordonedSince.Remove(host);
        foreach (var host in cordoned)
            _cordonedSince.TryAdd(host, World.EventLoop.Ticks);
    }

    private void Observe(BrokerMessage message)
    {
        if (message.Content is ReadFleet { PassEpoch: > 0 })
            _readAt[message.From] = World.EventLoop.Ticks;
        else if (message.Content is AdmitMigration { Placement: not null } admission && _cordonedSince.TryGetValue(admission.Destination, out var since) && since < _readAt[message.From])
            Fail($"{message.From} admits {admission.Id} to {admission.Destination}, which was cordoned {TimeSpan.FromTicks(_readAt[message.From] - since).TotalSeconds:0.000} s before the pass read the fleet");
    }
}
