using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Host.Store;
using Microsoft.Extensions.Options;

namespace Mesh.Scheduler.Host.Fleets;

/// <summary>Puts together all that is decided by: what the migrations service knows, and what is kept here.</summary>
internal sealed class FleetReader(IMessageBus bus, SchedulerStore store, IOptions<SchedulingOptions> options, TimeProvider time)
{
    /// <summary>Reads for answering a question; the turn that runs is left alone.</summary>
    public async Task<Fleet> ReadAsync(CancellationToken cancellation) => (await ReadAsync(0, cancellation)).Fleet;

    /// <summary>Reads for a turn: from now on only its admissions are taken.</summary>
    public async Task<FleetReading> ReadAsync(long turn, CancellationToken cancellation)
    {
        var limits = options.Value.ToLimits();
        var facts = await bus.RequestAsync<ReadFleet, FleetFacts>(MigrationQueues.Requests, new ReadFleet(turn), cancellation);
        var now = time.GetUtcNow();
        var kept = await store.ReadAsync(now - limits.TroubleKept, cancellation);
        return new FleetReading(Compose(facts, kept, limits, now), kept, facts.Turn, facts.IsTurn);
    }

    private static Fleet Compose(FleetFacts facts, KeptState kept, SchedulingLimits limits, DateTimeOffset now)
    {
        var cordons = kept.Cordons.ToDictionary(cordon => cordon.Host);
        var troubles = kept.Troubles.ToLookup(trouble => trouble.Host);
        return new Fleet
        {
            TakenAt = now,
            Hosts =
            [
                .. facts.Hosts.Select(host => new FleetHost(
                    host.Inventory, host.Health, host.HypervisorReachable, host.HeardAt, cordons.GetValueOrDefault(host.Inventory.Host),
                    [.. troubles[host.Inventory.Host]])
                { Undescribed = host.Undescribed }),
            ],
            Migrations = facts.Migrations,
            Rules = kept.Rules,
            Limits = limits,
            Histories = kept.Histories,
        };
    }
}

/// <summary>What was read.</summary>
/// <param name="Fleet">All that is decided by.</param>
/// <param name="Kept">What is kept here.</param>
/// <param name="NewestTurn">The newest turn that the migrations service knows.</param>
/// <param name="IsTurn">Whether that is this one.</param>
internal sealed record FleetReading(Fleet Fleet, KeptState Kept, long NewestTurn, bool IsTurn);
