using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Store;

namespace Mesh.Scheduler.Host.Drains;

/// <summary>
/// Forgets hosts: a host that is being drained is refused, and the migrations service decides about any other. Its cordon and its failures go
/// with it.
/// </summary>
internal sealed class ForgetCordonedHostHandler(SchedulerStore store, IMessageBus bus, [FromKeyedServices(FleetReader.ChangeSignal)] AsyncSignal signal, TimeProvider time)
    : IRequestHandler<ForgetHost, SchedulerAnswer>
{
    public async Task<SchedulerAnswer> AnswerAsync(ForgetHost request, CancellationToken cancellation)
    {
        var state = await store.ReadAsync(time.GetUtcNow(), cancellation);
        if (state.Drains.FirstOrDefault(drain => drain.Drain.Hosts.Contains(request.Host)) is { } drain)
            return new SchedulerAnswer(
                false, $"{request.Host} is in drain {drain.Drain.Id}, which has not ended; cancel it first (`mesh drain --cancel {drain.Drain.Id}`)");
        var answer = await bus.RequestAsync<ForgetHost, SchedulerAnswer>(MigrationQueues.Requests, request, cancellation);
        if (!answer.Succeeded)
            return answer;
        var wasCordoned = await store.ForgetAsync(request.Host, cancellation);
        signal.Set();
        return wasCordoned ? answer with { Explanation = $"{answer.Explanation}, and is not cordoned then" } : answer;
    }
}
