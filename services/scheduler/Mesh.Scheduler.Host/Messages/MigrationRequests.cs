using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Turns;

namespace Mesh.Scheduler.Host.Messages;

/// <summary>Takes requests for migrations, and wishes about those that wait: checks them, and passes them on to the migrations service, which keeps them.</summary>
internal sealed class MigrationRequests(FleetReader reader, IMessageBus bus, TurnSignal signal)
    : IRequestHandler<RequestMigration, MigrationRequestAnswer>,
        IRequestHandler<RescheduleMigration, RescheduleAnswer>
{
    public async Task<MigrationRequestAnswer> AnswerAsync(RequestMigration request, CancellationToken cancellation)
    {
        var answer = await RequestAsync(request, await reader.ReadAsync(cancellation), cancellation);
        signal.Give();
        return answer;
    }

    /// <summary>The same where the fleet has just been read, for somebody who looks at what waits anyway.</summary>
    public async Task<MigrationRequestAnswer> RequestAsync(RequestMigration request, Fleet fleet, CancellationToken cancellation)
    {
        var refusals = RequestCheck.Refusals(new FleetIndex(fleet), request);
        var complete = request with { HostsTriedMax = request.HostsTriedMax ?? fleet.Limits.HostsTriedMax };
        return await bus.RequestAsync<QueueMigration, MigrationRequestAnswer>(MigrationQueues.Requests, new QueueMigration(complete, refusals), cancellation);
    }

    public async Task<RescheduleAnswer> AnswerAsync(RescheduleMigration request, CancellationToken cancellation)
    {
        var fleet = await reader.ReadAsync(cancellation);
        if (Against(fleet, request) is { Count: > 0 } refusals)
            return new RescheduleAnswer(ChangeResult.Refused, string.Join("; ", refusals.Select(refusal => refusal.Message)), refusals);
        var answer = await bus.RequestAsync<RescheduleMigration, RescheduleAnswer>(MigrationQueues.Requests, request, cancellation);
        signal.Give();
        return answer;
    }

    // Of a migration that is not known, or does not wait any more, the migrations service says so.
    private static IReadOnlyList<Refusal> Against(Fleet fleet, RescheduleMigration wish)
    {
        var index = new FleetIndex(fleet);
        if (wish.To is not { } to || fleet.Migrations.FirstOrDefault(migration => migration.Id == wish.Id) is not { VmId: { } vm } waiting || index.Located(vm) is not { } located)
            return [];
        var hosts = new[] { to }.Concat(wish.Alternatives ?? []).Distinct().ToList();
        return RequestCheck.OfHosts(hosts.Select(host => (host, Eligibility.OfHost(index, located, host, waiting.Options, waiting.RelaxAffinity, waiting.Id))));
    }
}
