using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Host.Store;

namespace Mesh.Scheduler.Host.Drains;

/// <summary>Starts, cancels, undoes and lists drains.</summary>
internal sealed class DrainRequestHandler(DrainService drains, SchedulerStore store)
    : IRequestHandler<DrainHosts, DrainAnswer>,
        IRequestHandler<UndoDrain, DrainAnswer>,
        IRequestHandler<CancelDrain, SchedulerAnswer>,
        IRequestHandler<ListDrains, DrainList>
{
    private const int CountMax = 1000;

    public Task<DrainAnswer> AnswerAsync(DrainHosts request, CancellationToken cancellation) => drains.StartAsync(request, cancellation);

    public Task<DrainAnswer> AnswerAsync(UndoDrain request, CancellationToken cancellation) => drains.UndoAsync(request, cancellation);

    public Task<SchedulerAnswer> AnswerAsync(CancelDrain request, CancellationToken cancellation) => drains.CancelAsync(request, cancellation);

    public async Task<DrainList> AnswerAsync(ListDrains request, CancellationToken cancellation)
    {
        var found = request.Id is { } id ? await drains.FindAsync(id, cancellation) is { } one ? [one] : [] : await store.ListDrainsAsync(Math.Clamp(request.CountMax, 1, CountMax), cancellation);
        return new DrainList([.. found.Select(drains.ToView)], await store.ListCordonsAsync(cancellation));
    }
}
