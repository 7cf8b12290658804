using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Store;
using Microsoft.Extensions.Options;

namespace Mesh.Scheduler.Host.Messages;

/// <summary>
/// Handles the events of migrations: every change makes a scheduling pass due, a failure lowers the score of its host, and a migration's end
/// updates the history of its VM. Events missed while the scheduler is down only make predictions worse.
/// </summary>
internal sealed class MigrationEventHandler(
    SchedulerStore store,
    [FromKeyedServices(FleetReader.ChangeSignal)] AsyncSignal signal,
    IOptions<SchedulingOptions> options,
    TimeProvider time)
    : IMessageHandler<MigrationEvent>
{
    public async Task HandleAsync(MigrationEvent message, CancellationToken cancellation)
    {
        switch (message)
        {
            case MigrationRequeued { Destination: { } host, Cause: FailureCause.Destination } rerun:
                await SaveFailureAsync(new HostFailure(host, rerun.At, rerun.MigrationId, rerun.Failure), cancellation);
                break;
            case MigrationEnded { Destination: { } host, Cause: FailureCause.Destination } failed:
                await SaveFailureAsync(new HostFailure(host, failed.At, failed.MigrationId, failed.Reason), cancellation);
                break;
        }

        if (message is MigrationEnded { History: { } history })
            await store.SaveAsync(history, cancellation);
        if (message is MigrationRequested or MigrationRequeued or MigrationEnded or MigrationPhaseChanged)
            signal.Set();
    }

    private Task SaveFailureAsync(HostFailure failure, CancellationToken cancellation) =>
        store.SaveAsync(failure, time.GetUtcNow() - options.Value.FailurePenaltyTime, cancellation);
}
