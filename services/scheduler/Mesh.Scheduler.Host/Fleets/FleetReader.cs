using Mesh.Contracts.Migrations;
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
    public async Task<FleetSnapshot> ReadAsync(long passEpoch, CancellationToken cancellation)
    {
        var limits = options.Value.ToLimits();
        var facts = await bus.RequestAsync<ReadFleet, ReadFleetAnswer>(MigrationQueues.Requests, new ReadFleet(passEpoch), cancellation);
        var now = time.GetUtcNow();
        var kept = await store.ReadAsync(now - limits.FailurePenaltyTime, cancellation);
        return new FleetSnapshot(Compose(facts, kept, limits, now), kept, facts.PassEpoch, facts.IsCurrentPass);
    }

    private static Fleet Compose(ReadFleetAnswer facts, SchedulerState kept, SchedulingLimits limits, DateTimeOffset now)
    {
        var cordons = kept.Cordons.ToDictionary(cordon => cordon.Host);
        var troubles = kept.Troubles.ToLookup(trouble => trouble.Host);
        return new Fleet
        {
            TakenAt = now,
            Hosts =
            [
                .. facts.Hosts.Select(host => new FleetHost(
                    host.Inventory, host.Health, host.HypervisorReachable, host.LastReportAt, cordons.GetValueOrDefault(host.Inventory.Host),
                    [.. troubles[host.Inventory.Host]])
                { VmsNotInInventory = host.VmsNotInInventory }),
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
/// <param name="State">What is kept here.</param>
/// <param name="NewestPass">The newest turn that the migrations service knows.</param>
/// <param name="IsCurrentPass">Whether that is this one.</param>
internal sealed record FleetSnapshot(Fleet Fleet, SchedulerState State, long NewestPass, bool IsCurrentPass);
