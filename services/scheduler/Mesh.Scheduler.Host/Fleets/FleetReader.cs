using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Host.Store;
using Microsoft.Extensions.Options;

namespace Mesh.Scheduler.Host.Fleets;

/// <summary>Reads everything that scheduling is decided by: the fleet of the migrations service, and the scheduler's own state.</summary>
internal sealed class FleetReader(IMessageBus bus, SchedulerStore store, IOptions<SchedulingOptions> options, TimeProvider time)
{
    /// <summary>The key of the signal that the fleet has changed, so that a scheduling pass is due.</summary>
    public const string ChangeSignal = "scheduler.fleet-changed";

    /// <summary>Reads for a query; does not affect the current pass.</summary>
    public async Task<Fleet> ReadAsync(CancellationToken cancellation) => (await ReadAsync(0, cancellation)).Fleet;

    /// <summary>Reads for a pass: from now on only admissions of this pass are accepted.</summary>
    public async Task<FleetSnapshot> ReadAsync(long passEpoch, CancellationToken cancellation)
    {
        var limits = options.Value.ToLimits();
        var facts = await bus.RequestAsync<ReadFleet, ReadFleetAnswer>(MigrationQueues.Requests, new ReadFleet(passEpoch), cancellation);
        var now = time.GetUtcNow();
        var state = await store.ReadAsync(now - limits.FailurePenaltyTime, cancellation);
        return new FleetSnapshot(Compose(facts, state, limits, now), state, facts.PassEpoch, facts.IsCurrentPass);
    }

    private static Fleet Compose(ReadFleetAnswer facts, SchedulerState state, SchedulingLimits limits, DateTimeOffset now)
    {
        var cordons = state.Cordons.ToDictionary(cordon => cordon.Host);
        var failures = state.Failures.ToLookup(failure => failure.Host);
        return new Fleet
        {
            TakenAt = now,
            Hosts =
            [
                .. facts.Hosts.Select(host => new FleetHost(
                    host.Inventory, host.Health, host.HypervisorReachable, host.LastReportAt, cordons.GetValueOrDefault(host.Inventory.Host),
                    [.. failures[host.Inventory.Host]])
                { VmsNotInInventory = host.VmsNotInInventory, Problems = host.Problems, InvalidVms = host.InvalidVms, DuplicateVms = host.DuplicateVms }),
            ],
            Migrations = facts.Migrations,
            Rules = state.Rules,
            Limits = limits,
            Histories = state.Histories,
        };
    }
}

/// <summary>The fleet and the stored state at one time.</summary>
/// <param name="Fleet">The fleet.</param>
/// <param name="State">The scheduler's stored state.</param>
/// <param name="NewestPass">The epoch of the newest pass that the migrations service knows.</param>
/// <param name="IsCurrentPass">Whether that is the pass that read.</param>
internal sealed record FleetSnapshot(Fleet Fleet, SchedulerState State, long NewestPass, bool IsCurrentPass);
