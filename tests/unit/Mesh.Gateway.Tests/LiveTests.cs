using System.Net;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Api;

namespace Mesh.Gateway.Tests;

public sealed class LiveTests
{
    [Fact]
    public async Task A_stream_begins_with_the_view_goes_on_with_events_and_closes_after_the_end()
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
    public async Task What_happens_while_the_view_is_fetched_is_not_lost()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.AnswerLater<GetMigration, GetMigrationAnswer>(async show =>
        {
            // Between the subscription and the answer, which was taken before the end.
            await gateway.Hub.HandleAsync(TestData.Ended("m1"), default);
            return new(TestData.View(show.Id.Value));
        });
        await using var stream = await LiveStream.OpenAsync(gateway, "/api/v1/migrations/m1/events");

        (await stream.NextAsync()).ShouldBe(("1", "view"));
        (await stream.NextAsync()).ShouldBe(("2", "ended"));
        (await stream.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Who_comes_after_the_end_gets_the_view_and_no_more()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(show => new(TestData.View(show.Id.Value, MigrationOutcome.TimedOut)));
        await using var stream = await LiveStream.OpenAsync(gateway, "/api/v1/migrations/m1/events");

        (await stream.NextAsync()).ShouldBe(("1", "view"));
        stream.Data.GetProperty("outcome").GetString().ShouldBe("timedOut");
        (await stream.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_stream_of_no_migration_is_a_problem_and_leaves_nothing_behind()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(_ => new(null));
        await GatewayFixture.ProblemAsync(await gateway.Http.GetAsync("/api/v1/migrations/m1/events"), HttpStatusCode.NotFound, ApiProblemTypes.NotFound);
        gateway.Hub.Count.ShouldBe(0);
    }

    [Fact]
    public async Task The_stream_of_all_shows_what_is_unfinished_and_goes_on_after_an_end()
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
    public async Task Silence_is_filled_with_comments_and_an_end_that_the_bus_lost_is_found()
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
    public async Task A_client_that_leaves_is_forgotten()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ListMigrations, MigrationList>(_ => new([TestData.View("m1")]));
        await using (var stream = await LiveStream.OpenAsync(gateway, "/api/v1/events"))
            (await stream.NextAsync()).ShouldBe(("1", "view"));

        await WaitUntil.TrueAsync(() => gateway.Hub.Count == 0);
    }
}
