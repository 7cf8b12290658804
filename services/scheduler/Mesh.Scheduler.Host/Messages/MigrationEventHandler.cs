using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Store;
using Microsoft.Extensions.Options;

namespace Mesh.Scheduler.Host.Messages;

/// <summary>
/// Hears what becomes of migrations: every change of one calls for a turn, a failure lowers its host's rating, and an end tells of the
/// machine. What is missed while the scheduler is down costs some foresight and nothing else.
/// </summary>
internal sealed class MigrationEventHandler(SchedulerStore store, FleetChangeSignal signal, IOptions<SchedulingOptions> options, TimeProvider time) : IMessageHandler<MigrationEvent>
{
    public async Task HandleAsync(MigrationEvent message, CancellationToken cancellation)
    {
        switch (message)
        {
            case MigrationRequeued { Destination: { } host } rerun:
                await SaveFailureAsync(new HostFailure(host, rerun.At, rerun.MigrationId, rerun.Failure), cancellation);
                break;
            case MigrationEnded { Outcome: MigrationOutcome.Failed, Destination: { } host } failed:
                await SaveFailureAsync(new HostFailure(host, failed.At, failed.MigrationId, failed.Reason), cancellation);
                break;
        }

        if (message is MigrationEnded { History: { } history })
            await store.SaveAsync(history, cancellation);
        if (message is MigrationRequested or MigrationRequeued or MigrationEnded or MigrationPhaseChanged)
            signal.Notify();
    }

    private Task SaveFailureAsync(HostFailure trouble, CancellationToken cancellation) =>
        store.SaveAsync(trouble, time.GetUtcNow() - options.Value.TroubleKept, cancellation);
}
