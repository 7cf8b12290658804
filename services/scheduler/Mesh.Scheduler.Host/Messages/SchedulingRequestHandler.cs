using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Placing;

namespace Mesh.Scheduler.Host.Messages;

/// <summary>Validates requests to migrate and to reschedule, and forwards them to the migrations service, which stores them.</summary>
internal sealed class SchedulingRequestHandler(FleetReader reader, IMessageBus bus, [FromKeyedServices(FleetReader.ChangeSignal)] AsyncSignal signal)
    : IRequestHandler<RequestMigration, MigrationRequestAnswer>,
        IRequestHandler<RescheduleMigration, RescheduleAnswer>
{
    public async Task<MigrationRequestAnswer> AnswerAsync(RequestMigration request, CancellationToken cancellation)
    {
        var answer = await QueueAsync(request, await reader.ReadAsync(cancellation), cancellation);
        signal.Set();
        return answer;
    }

    /// <summary>Validates and queues a migration for a caller that has just read the fleet and starts a pass itself.</summary>
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
        signal.Set();
        return answer;
    }

    // The migrations service refuses if the migration is unknown or no longer queued.
    private static IReadOnlyList<Refusal> Validate(Fleet fleet, RescheduleMigration request)
    {
        var index = new FleetIndex(fleet);
        if (request.To is not { } to || fleet.Migrations.FirstOrDefault(migration => migration.Id == request.Id) is not { VmId: { } vm } waiting || index.FindVm(vm) is not { } located)
            return [];
        var hosts = new[] { to }.Concat(request.Alternatives ?? []).Distinct().ToList();
        return RequestValidator.CombineHostRefusals(hosts.Select(host => (host, Eligibility.CheckHost(index, located, host, waiting.Options, waiting.RelaxAffinity, waiting.Id))));
    }
}
