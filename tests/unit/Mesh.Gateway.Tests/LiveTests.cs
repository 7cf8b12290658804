using System.Net;
using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;

namespace Mesh.Gateway.Tests;

public sealed class LiveTests
{
    [Fact]
    public async Task A_stream_starts_with_the_state_continues_with_events_and_closes_at_the_end()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(show => new(TestData.View(show.Id.Value)));
        await using var stream = await LiveStream.OpenAsync(gateway, "/api/v1/migrations/m1/events");

        (await stream.NextAsync()).ShouldBe(("1", "view"));
        await gateway.Hub.HandleAsync(TestData.Progressed("m1", 55), default);
        await gateway.Hub.HandleAsync(TestData.Progressed("m2", 99), default);
        await gateway.Hub.HandleAsync(TestData.Stalled("m1"), default);
        await gateway.Hub.HandleAsync(TestData.Ended("m1"), default);

        (await stream.NextAsync()).ShouldBe(("2", "progressed"));
        stream.Data.GetProperty("progress").GetInt32().ShouldBe(55);
        stream.Data.GetProperty("event").GetString().ShouldBe("progressed");
        (await stream.NextAsync()).ShouldBe(("3", "stalled"));
        (await stream.NextAsync()).ShouldBe(("4", "ended"));
        (await stream.NextAsync()).ShouldBeNull();
        await WaitUntil.TrueAsync(() => gateway.Hub.Count == 0);
    }

    [Fact]
    public async Task Events_during_the_request_for_the_state_are_not_lost()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.AnswerLater<GetMigration, GetMigrationAnswer>(async show =>
        {
            // Between the subscription and the answer, which does not have the end yet.
            await gateway.Hub.HandleAsync(TestData.Ended("m1"), default);
            return new(TestData.View(show.Id.Value));
        });
        await using var stream = await LiveStream.OpenAsync(gateway, "/api/v1/migrations/m1/events");

        (await stream.NextAsync()).ShouldBe(("1", "view"));
        (await stream.NextAsync()).ShouldBe(("2", "ended"));
        (await stream.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_stream_of_an_ended_migration_has_the_state_only()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(show => new(TestData.View(show.Id.Value, MigrationOutcome.TimedOut)));
        await using var stream = await LiveStream.OpenAsync(gateway, "/api/v1/migrations/m1/events");

        (await stream.NextAsync()).ShouldBe(("1", "view"));
        stream.Data.GetProperty("outcome").GetString().ShouldBe("timedOut");
        (await stream.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_stream_of_an_unknown_migration_is_a_problem_and_leaves_no_subscription()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(_ => new(null));
        await GatewayFixture.ProblemAsync(await gateway.Http.GetAsync("/api/v1/migrations/m1/events"), HttpStatusCode.NotFound, ApiProblemTypes.NotFound);
        gateway.Hub.Count.ShouldBe(0);
    }

    [Fact]
    public async Task The_stream_of_all_migrations_starts_with_unfinished_ones_and_continues_after_an_end()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ListMigrations, MigrationList>(list => new(list.UnfinishedOnly ? [TestData.View("m2"), TestData.View("m1")] : []));
        await using var stream = await LiveStream.OpenAsync(gateway, "/api/v1/events");

        (await stream.NextAsync()).ShouldBe(("1", "view"));
        stream.Data.GetProperty("id").GetString().ShouldBe("m1");
        (await stream.NextAsync()).ShouldBe(("2", "view"));
        await gateway.Hub.HandleAsync(TestData.Ended("m1"), default);
        await gateway.Hub.HandleAsync(TestData.Stalled("m3"), default);
        (await stream.NextAsync()).ShouldBe(("3", "ended"));
        (await stream.NextAsync()).ShouldBe(("4", "stalled"));
    }

    [Fact]
    public async Task An_idle_stream_has_keepalives_and_reports_an_end_that_the_bus_lost()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        MigrationOutcome? outcome = null;
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(show => new(TestData.View(show.Id.Value, outcome)));
        await using var stream = await LiveStream.OpenAsync(gateway, "/api/v1/migrations/m1/events");
        (await stream.NextAsync()).ShouldBe(("1", "view"));

        await WaitUntil.TrueAsync(() => gateway.Time.PendingTimers > 0);
        gateway.Time.Advance(TimeSpan.FromSeconds(14.9));
        gateway.Time.Advance(TimeSpan.FromSeconds(0.1));
        (await stream.NextAsync()).ShouldBe(("", ": keepalive"));

        outcome = MigrationOutcome.Completed;
        gateway.Time.Advance(TimeSpan.FromSeconds(15));
        (await stream.NextAsync()).ShouldBe(("", ": keepalive"));
        (await stream.NextAsync()).ShouldBe(("2", "view"));
        stream.Data.GetProperty("outcome").GetString().ShouldBe("completed");
        (await stream.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Streams_are_limited_and_end_with_the_process()
    {
        await using var gateway = await GatewayFixture.StartAsync(("Gateway:MaxStreams", "1"));
        gateway.Bus.Answer<ListMigrations, MigrationList>(_ => new([TestData.View("m1")]));
        await using var stream = await LiveStream.OpenAsync(gateway, "/api/v1/events");
        (await stream.NextAsync()).ShouldBe(("1", "view"));

        var second = await GatewayFixture.ProblemAsync(
            await gateway.Http.GetAsync("/api/v1/events"), HttpStatusCode.ServiceUnavailable, ApiProblemTypes.LimitReached);
        second.Detail.ShouldContain("Gateway:MaxStreams");

        await gateway.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));
        (await stream.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_disconnected_client_is_unsubscribed()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ListMigrations, MigrationList>(_ => new([TestData.View("m1")]));
        await using (var stream = await LiveStream.OpenAsync(gateway, "/api/v1/events"))
            (await stream.NextAsync()).ShouldBe(("1", "view"));

        await WaitUntil.TrueAsync(() => gateway.Hub.Count == 0);
    }
}
