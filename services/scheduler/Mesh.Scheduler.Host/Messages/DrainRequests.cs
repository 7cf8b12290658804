using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Host.Drains;
using Mesh.Scheduler.Host.Store;

namespace Mesh.Scheduler.Host.Messages;

/// <summary>Begins, withdraws, undoes and lists drains.</summary>
internal sealed class DrainRequests(DrainKeeper drains, SchedulerStore store)
    : IRequestHandler<DrainHosts, DrainAnswer>,
        IRequestHandler<UndoDrain, DrainAnswer>,
        IRequestHandler<WithdrawDrain, SchedulerAnswer>,
        IRequestHandler<ListDrains, ListedDrains>
{
    private const int CountMax = 1000;

    public Task<DrainAnswer> AnswerAsync(DrainHosts request, CancellationToken cancellation) => drains.BeginAsync(request, cancellation);

    public Task<DrainAnswer> AnswerAsync(UndoDrain request, CancellationToken cancellation) => drains.UndoAsync(request, cancellation);

    public Task<SchedulerAnswer> AnswerAsync(WithdrawDrain request, CancellationToken cancellation) => drains.WithdrawAsync(request, cancellation);

    public async Task<ListedDrains> AnswerAsync(ListDrains request, CancellationToken cancellation)
    {
        var found = request.Id is { } id ? await drains.FindAsync(id, cancellation) is { } one ? [one] : [] : await store.DrainsAsync(Math.Clamp(request.CountMax, 1, CountMax), cancellation);
        return new ListedDrains([.. found.Select(drain => drain.View)], await store.CordonsAsync(cancellation));
    }
}
