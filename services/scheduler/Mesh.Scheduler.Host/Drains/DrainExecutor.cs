using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Draining;
using Mesh.Scheduler.Host.Messages;

namespace Mesh.Scheduler.Host.Drains;

/// <summary>Executes the steps of drains, and looks up their ended migrations.</summary>
internal sealed partial class DrainExecutor(IMessageBus bus, SchedulingRequestHandler requests, ILogger<DrainExecutor> log)
{
    /// <summary>
    /// The drain's ended migrations that still matter: of VMs that are being moved, and of VMs that a drained host still reports. A request that
    /// was lost has none, and so is sent again.
    /// </summary>
    public async Task<IReadOnlyList<MigrationView>> FindEndedAsync(Drain drain, Fleet fleet, CancellationToken cancellation)
    {
        var unfinished = fleet.Migrations.Select(migration => migration.Id).ToHashSet();
        List<MigrationView> ended = [];
        var reported = fleet.Hosts.Where(host => drain.Hosts.Contains(host.Inventory.Host)).SelectMany(host => host.Inventory.Vms).Select(vm => vm.Id).ToHashSet();
        foreach (var id in drain.Moves.Where(move => move.State == DrainMoveState.Migrating || reported.Contains(move.Vm)).Select(move => move.Migration).OfType<MigrationId>())
            if (!unfinished.Contains(id)
                && (await bus.RequestAsync<GetMigration, GetMigrationAnswer>(MigrationQueues.Requests, new GetMigration(id), cancellation)).Migration is { Outcome: not null } view)
                ended.Add(view);
        return ended;
    }

    /// <summary>Executes a step; true if there was anything to send.</summary>
    public async Task<bool> ExecuteAsync(DrainStep step, Fleet fleet, string by, CancellationToken cancellation)
    {
        foreach (var request in step.ToRequest)
        {
            var answer = await requests.QueueAsync(request, fleet, cancellation);
            if (answer.Refusals.Count > 0)
                LogRefused(step.Drain.Id, request.Id.Value, string.Join("; ", answer.Refusals.Select(refusal => refusal.Message)));
        }

        foreach (var id in step.ToAbort)
            await bus.RequestAsync<AbortMigration, AbortAnswer>(MigrationQueues.Requests, new AbortMigration(id, by), cancellation);
        foreach (var request in step.ToReschedule)
            await bus.RequestAsync<RescheduleMigration, RescheduleAnswer>(MigrationQueues.Requests, request, cancellation);
        return step.ToRequest.Count + step.ToAbort.Count + step.ToReschedule.Count > 0;
    }

    [LoggerMessage(5044, LogLevel.Warning, "Drain {Drain}: migration {MigrationId} refused: {Reasons}")]
    private partial void LogRefused(string drain, string migrationId, string reasons);
}
