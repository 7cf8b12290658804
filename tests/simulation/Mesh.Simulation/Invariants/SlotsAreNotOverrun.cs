using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Queueing;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>
/// Whenever a migration is admitted, no more copy or prepare at once, with it, than its limits let. What counts is what is committed; a
/// policy's limits count for those that it steers, and the most generous one that a migration had since it was asked for.
/// </summary>
internal sealed class SlotsAreNotOverrun : Invariant
{
    private readonly Dictionary<MigrationId, FlightBrief> _flights = [];
    private readonly Dictionary<MigrationId, PolicyConcurrency> _limits = [];

    /// <summary>Watches commits.</summary>
    public SlotsAreNotOverrun(World world)
        : base(world) => world.Changed += Look;

    /// <inheritdoc />
    public override string Name => "no more migrations at once than the limits let";

    private static SlotKind KindOf(FlightBrief flight) => Slots.Of(flight.Phase, flight.MayTransfer);

    private void Look(FlightBrief flight)
    {
        var before = _flights.GetValueOrDefault(flight.Id);
        _flights[flight.Id] = flight;
        var own = World.SlotLimits.Under(flight.Policy?.Policy.Concurrency);
        var limit = _limits[flight.Id] = _limits.TryGetValue(flight.Id, out var known) ? Larger(known, own) : own;
        if (KindOf(flight) == SlotKind.None || (before is not null && KindOf(before) == KindOf(flight) && before.Epoch == flight.Epoch))
            return;
        if (KindOf(flight) == SlotKind.Copying)
            CheckCopying(flight, limit);
        else
            CheckPreparing(flight);
    }

    private void CheckCopying(FlightBrief flight, PolicyConcurrency limit)
    {
        var copying = _flights.Values.Where(other => KindOf(other) == SlotKind.Copying).ToList();
        Check(flight, copying, limit.Cluster!.Value, "in the mesh");
        Check(flight, copying.Where(other => other.Source == flight.Source), limit.OutboundPerHost!.Value, $"away from {flight.Source}");
        Check(flight, copying.Where(other => other.Destination == flight.Destination), limit.InboundPerHost!.Value, $"to {flight.Destination}");
    }

    private void CheckPreparing(FlightBrief flight)
    {
        var preparing = _flights.Values.Where(other => KindOf(other) == SlotKind.Preparing).ToList();
        foreach (var host in new[] { flight.Source, flight.Destination })
            Check(flight, preparing.Where(other => other.Source == host || other.Destination == host), World.SlotLimits.Preparing, $"prepared on {host}");
    }

    private void Check(FlightBrief flight, IEnumerable<FlightBrief> all, int limit, string where)
    {
        var there = all.ToList();
        if (there.Count > limit)
            Fail($"{flight.Id} was admitted as number {there.Count} {where}, and {limit} may at once: {string.Join(", ", there.Select(other => $"{other.Id} {other.Phase}"))}");
    }

    private static PolicyConcurrency Larger(PolicyConcurrency one, PolicyConcurrency other) => new()
    {
        Cluster = Math.Max(one.Cluster!.Value, other.Cluster!.Value),
        OutboundPerHost = Math.Max(one.OutboundPerHost!.Value, other.OutboundPerHost!.Value),
        InboundPerHost = Math.Max(one.InboundPerHost!.Value, other.InboundPerHost!.Value),
    };
}
