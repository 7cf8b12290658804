using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Host.Messages;

/// <summary>Answers questions, and changes nothing.</summary>
internal sealed class Questions(FleetReader reader, TimeProvider time)
    : IRequestHandler<RateTargets, RatedTargets>,
        IRequestHandler<ListQueue, ListedQueue>,
        IRequestHandler<ExportFleet, Fleet>
{
    public async Task<RatedTargets> AnswerAsync(RateTargets request, CancellationToken cancellation) =>
        Targets.Rate(new FleetIndex(await reader.ReadAsync(cancellation)), request);

    public async Task<ListedQueue> AnswerAsync(ListQueue request, CancellationToken cancellation)
    {
        var fleet = await reader.ReadAsync(cancellation);
        return new ListedQueue(
            QueueForecast.Of(fleet, time.GetUtcNow(), QueuePlacement.Indexed()), fleet.Migrations.Count(migration => Slots.Of(migration) == SlotKind.Copying), fleet.Limits);
    }

    public Task<Fleet> AnswerAsync(ExportFleet request, CancellationToken cancellation) => reader.ReadAsync(cancellation);
}
