using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Placing;

namespace Mesh.Scheduler.Host.Messages;

/// <summary>Takes requests for migrations, and wishes about those that wait: checks them, and passes them on to the migrations service, which keeps them.</summary>
internal sealed class SchedulingRequestHandler(FleetReader reader, IMessageBus bus, FleetChangeSignal signal)
    : IRequestHandler<RequestMigration, MigrationRequestAnswer>,
        IRequestHandler<RescheduleMigration, RescheduleAnswer>
{
    public async Task<MigrationRequestAnswer> AnswerAsync(RequestMigration request, CancellationToken cancellation)
    {
        var answer = await QueueAsync(request, await reader.ReadAsync(cancellation), cancellation);
        signal.Notify();
        return answer;
    }

    /// <summary>The same where the fleet has just been read, for somebody who looks at what waits anyway.</summary>
    public async Task<MigrationRequestAnswer> QueueAsync(RequestMigration request, Fleet fleet, CancellationToken cancellation)
    {
        var refusals = RequestValidator.Validate(new FleetIndex(fleet), request);
        var complete = request with { HostsTriedMax = request.HostsTriedMax ?? fleet.Limits.HostsTriedMax };
        return await bus.RequestAsync<EnqueueMigration, MigrationRequestAnswer>(MigrationQueues.Requests, new EnqueueMigration(complete, refusals), cancellation);
    }

    public async Task<RescheduleAnswer> AnswerAsync(RescheduleMigration request, CancellationToken cancellation)
    {
        var fleet = await reader.ReadAsync(cancellation);
        if (Validate(fleet, request) is { Count: > 0 } refusals)
            return new RescheduleAnswer(ChangeResult.Refused, string.Join("; ", refusals.Select(refusal => refusal.Message)), refusals);
        var answer = await bus.RequestAsync<RescheduleMigration, RescheduleAnswer>(MigrationQueues.Requests, request, cancellation);
        signal.Notify();
        return answer;
    }

    // Of a migration that is not known, or does not wait any more, the migrations service says so.
    private static IReadOnlyList<Refusal> Validate(Fleet fleet, RescheduleMigration request)
    {
        var index = new FleetIndex(fleet);
        if (request.To is not { } to || fleet.Migrations.FirstOrDefault(migration => migration.Id == request.Id) is not { VmId: { } vm } waiting || index.FindVm(vm) is not { } located)
            return [];
        var hosts = new[] { to }.Concat(request.Alternatives ?? []).Distinct().ToList();
        return RequestValidator.CombineHostRefusals(hosts.Select(host => (host, Eligibility.CheckHost(index, located, host, waiting.Options, waiting.RelaxAffinity, waiting.Id))));
    }
}
