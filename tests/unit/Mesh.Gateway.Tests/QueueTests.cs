using System.Net;
using System.Net.Http.Json;
using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Gateway.Tests;

public sealed class QueueTests
{
    private static readonly QueuedMigration Waiting = new(
        2, new MigrationId("m1"), "web-1", new HostName("host-a"), null, MigrationPhase.Queued, MigrationPriority.Drain, TestData.Noon, "a slot on host-a");

    private static readonly QueueView Queue = new([Waiting with { Position = 1, Id = new MigrationId("m0") }, Waiting], 5, new SchedulingLimits());

    [Fact]
    public async Task The_queue_is_listed()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ListQueue, QueueView>(_ => Queue);

        var listed = await gateway.Http.GetFromJsonAsync<QueueView>("/api/v1/queue", MeshJson.Options);

        listed!.Waiting.Select(waiting => waiting.Position).ShouldBe([1, 2]);
        listed.Transferring.ShouldBe(5);
        gateway.Bus.Requests.ShouldHaveSingleItem().Queue.ShouldBe(SchedulerQueues.Requests);
    }

    [Theory]
    [InlineData(MigrationPhase.Queued, true)]
    [InlineData(MigrationPhase.Ready, true)]
    [InlineData(MigrationPhase.PreCopy, false)]
    public async Task A_queued_migration_is_shown_with_its_position(MigrationPhase phase, bool waits)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(show => new(TestData.View(show.Id.Value) with { Phase = phase, Destination = null }));
        gateway.Bus.Answer<ListQueue, QueueView>(_ => Queue);

        var view = await gateway.Http.GetFromJsonAsync<MigrationView>("/api/v1/migrations/m1", MeshJson.Options);

        view!.Destination.ShouldBeNull();
        view.Queue.ShouldBe(waits ? Waiting : null);
        gateway.Bus.Requests.Count.ShouldBe(waits ? 2 : 1);
    }

    [Fact]
    public async Task A_queued_migration_is_shown_even_if_the_scheduler_is_not_responding()
    {
        await using var gateway = await GatewayFixture.StartAsync(("Gateway:EnrichmentTimeout", "00:00:03"));
        var requested = new TaskCompletionSource();
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(show => new(TestData.View(show.Id.Value) with { Phase = MigrationPhase.Queued }));
        gateway.Bus.AnswerLater<ListQueue, QueueView>(_ =>
        {
            requested.SetResult();
            return new TaskCompletionSource<QueueView>().Task;
        });

        var response = gateway.Http.GetFromJsonAsync<MigrationView>("/api/v1/migrations/m1", MeshJson.Options);
        await requested.Task;
        await WaitUntil.TrueAsync(() => gateway.Time.PendingTimers > 0);
        gateway.Time.Advance(TimeSpan.FromSeconds(3));

        var view = await response;
        view!.Phase.ShouldBe(MigrationPhase.Queued);
        view.Queue.ShouldBeNull();
    }

    [Fact]
    public async Task A_live_stream_repeats_the_state_of_a_queued_migration()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(show => new(TestData.View(show.Id.Value) with { Phase = MigrationPhase.Queued }));
        gateway.Bus.Answer<ListQueue, QueueView>(_ => Queue);
        await using var stream = await LiveStream.OpenAsync(gateway, "/api/v1/migrations/m1/events");
        (await stream.NextAsync()).ShouldBe(("1", "view"));
        stream.Data.GetProperty("queue").GetProperty("position").GetInt32().ShouldBe(2);

        gateway.Bus.Answer<ListQueue, QueueView>(_ => new([Waiting with { Position = 1 }], 5, new SchedulingLimits()));
        await WaitUntil.TrueAsync(() => gateway.Time.PendingTimers > 0);
        gateway.Time.Advance(TimeSpan.FromSeconds(15));

        (await stream.NextAsync()).ShouldBe(("", ": keepalive"));
        (await stream.NextAsync()).ShouldBe(("2", "view"));
        stream.Data.GetProperty("queue").GetProperty("position").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_queued_migration_can_be_rescheduled()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<RescheduleMigration, RescheduleAnswer>(_ => new(ChangeResult.Accepted, "priority system", []));

        var response = await gateway.PostAsync(
            "/api/v1/migrations/m1/reschedule", """{"priority":"system","to":"host-b","alternatives":["host-c"],"requestedBy":"ann"}""");

        (await response.Content.ReadFromJsonAsync<RescheduleAnswer>(MeshJson.Options))!.Explanation.ShouldBe("priority system");
        var request = gateway.Bus.Requests.ShouldHaveSingleItem().Request.ShouldBeOfType<RescheduleMigration>();
        (request.Id.Value, request.RequestedBy, request.Priority, request.To, request.ToAny, request.Preferred).ShouldBe(
            ("m1", "ann", MigrationPriority.System, new HostName("host-b"), false, null));
        request.Alternatives.ShouldBe([new HostName("host-c")]);
    }

    [Theory]
    [InlineData(ChangeResult.NotFound, HttpStatusCode.NotFound, ApiProblemTypes.NotFound)]
    [InlineData(ChangeResult.AlreadyEnded, HttpStatusCode.Conflict, ApiProblemTypes.NotChangeable)]
    [InlineData(ChangeResult.Refused, HttpStatusCode.Conflict, ApiProblemTypes.Refused)]
    public async Task A_refused_reschedule_is_a_problem(ChangeResult result, HttpStatusCode status, string type)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<RescheduleMigration, RescheduleAnswer>(_ => new(result, "it copies already", []));

        var problem = await GatewayFixture.ProblemAsync(
            await gateway.PostAsync("/api/v1/migrations/m1/reschedule", """{"toAny":true}"""), status, type);

        problem.MigrationId.ShouldBe(new MigrationId("m1"));
        if (result != ChangeResult.NotFound)
            problem.Detail.ShouldBe("it copies already");
    }

    [Fact]
    public async Task All_refusals_of_a_new_destination_are_reported()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<RescheduleMigration, RescheduleAnswer>(_ => new(
            ChangeResult.Refused, "", [new Refusal(RefusalCode.Cordoned, "host-b is cordoned"), new Refusal(RefusalCode.NotEnoughMemory, "host-b is full")]));

        var problem = await GatewayFixture.ProblemAsync(
            await gateway.PostAsync("/api/v1/migrations/m1/reschedule", """{"to":"host-b"}"""), HttpStatusCode.Conflict, ApiProblemTypes.Refused);

        problem.Refusals!.Select(refusal => refusal.Code).ShouldBe([RefusalCode.Cordoned, RefusalCode.NotEnoughMemory]);
        problem.Detail.ShouldBe("host-b is cordoned; host-b is full");
    }

    [Theory]
    [InlineData("{}", "$", "contains no change")]
    [InlineData("""{"to":"host-b","toAny":true}""", "$.toAny", "cannot be combined with to")]
    [InlineData("""{"alternatives":["host-b"]}""", "$.alternatives", "requires to")]
    [InlineData("""{"priority":"high"}""", "$.priority", "balancing, drain, operator, system")]
    [InlineData("""{"prio":"system"}""", "$.prio", "unknown member")]
    public async Task Invalid_requests_are_rejected_without_being_sent(string json, string path, string accepted)
    {
        await using var gateway = await GatewayFixture.StartAsync();

        var problem = await GatewayFixture.ProblemAsync(
            await gateway.PostAsync("/api/v1/migrations/m1/reschedule", json), HttpStatusCode.BadRequest, ApiProblemTypes.BadRequest);

        var error = problem.Errors.ShouldHaveSingleItem();
        error.Path.ShouldBe(path);
        error.Message.ShouldContain(accepted);
        gateway.Bus.Requests.ShouldBeEmpty();
    }
}
