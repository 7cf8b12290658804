using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Placing;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Host.Messages;

/// <summary>Answers read-only queries.</summary>
internal sealed class QueryHandler(FleetReader reader, TimeProvider time)
    : IRequestHandler<RateTargets, RateTargetsAnswer>,
        IRequestHandler<ListQueue, QueueView>,
        IRequestHandler<ExportFleet, Fleet>
{
    public async Task<RateTargetsAnswer> AnswerAsync(RateTargets request, CancellationToken cancellation) =>
        TargetRater.Rate(new FleetIndex(await reader.ReadAsync(cancellation)), request);

    public async Task<QueueView> AnswerAsync(ListQueue request, CancellationToken cancellation)
    {
        var fleet = await reader.ReadAsync(cancellation);
        return new QueueView(
            QueueForecast.Create(fleet, time.GetUtcNow(), QueuePlacement.CreateIndexed()), fleet.Migrations.Count(migration => Slots.KindOf(migration) == SlotKind.Copying), fleet.Limits);
    }

    public Task<Fleet> AnswerAsync(ExportFleet request, CancellationToken cancellation) => reader.ReadAsync(cancellation);
}
