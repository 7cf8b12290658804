using System.Net;
using System.Net.Http.Json;
using Mesh.Contracts.Api;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Gateway.Tests;

public sealed class DrainTests
{
    private static readonly DrainView Drain = new()
    {
        Id = "d1",
        Hosts = [new HostName("host-a")],
        State = DrainState.Running,
        RequestedBy = "ann",
        At = TestData.Noon,
        Moves = [],
        Makespan = TimeSpan.FromMinutes(9),
        LowerBound = TimeSpan.FromMinutes(8),
    };

    [Fact]
    public async Task A_drain_request_reaches_the_scheduler_with_all_options()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<DrainHosts, DrainAnswer>(request => new(Drain with { Id = request.Id }));

        var response = await gateway.PostAsync("/api/v1/drains",
            """{"id":"d7","hosts":["host-a","host-b"],"parallel":3,"order":"shortestFirst","relaxAffinity":true,"requestedBy":"ann","reason":"kernel"}""");

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        response.Headers.Location?.ToString().ShouldBe("/api/v1/drains/d7");
        (await response.Content.ReadFromJsonAsync<DrainView>(MeshJson.Options))!.Makespan.ShouldBe(TimeSpan.FromMinutes(9));
        var (queue, asked) = gateway.Bus.Requests.ShouldHaveSingleItem();
        queue.ShouldBe(SchedulerQueues.Requests);
        var request = asked.ShouldBeOfType<DrainHosts>();
        request.Hosts.ShouldBe([new HostName("host-a"), new HostName("host-b")]);
        (request.Id, request.Parallel, request.Order, request.RelaxAffinity, request.DryRun, request.RequestedBy, request.Reason).ShouldBe(
            ("d7", 3, DrainOrder.ShortestFirst, true, false, "ann", "kernel"));
    }

    [Fact]
    public async Task A_dry_run_returns_a_plan_with_status_200()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<DrainHosts, DrainAnswer>(request => new(Drain with { Id = request.Id, State = DrainState.Planned }));
        gateway.Bus.Answer<UndoDrain, DrainAnswer>(request => new(Drain with { Id = request.Id, State = DrainState.Planned }));

        (await gateway.PostAsync("/api/v1/drains", """{"hosts":["host-a"],"dryRun":true}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await gateway.PostAsync("/api/v1/drains/d1/undo", """{"dryRun":true}""")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var (drain, undo) = ((DrainHosts)gateway.Bus.Requests.First().Request, (UndoDrain)gateway.Bus.Requests.Last().Request);
        (drain.Id.Length, drain.DryRun, drain.RequestedBy, drain.Order, drain.Parallel).ShouldBe((12, true, "api", DrainOrder.LongestFirst, null));
        (undo.Id.Length, undo.Drain, undo.DryRun, undo.RequestedBy).ShouldBe((12, "d1", true, "api"));
    }

    [Theory]
    [InlineData("""{"hosts":[]}""", "$.hosts", "one or more host names")]
    [InlineData("{}", "$.hosts", "missing")]
    [InlineData("""{"hosts":"host-a"}""", "$.hosts", "a list of host names")]
    [InlineData("""{"hosts":["host-a"],"id":"a b"}""", "$.id", "1 to 32 letters")]
    [InlineData("""{"hosts":["host-a"],"order":"random"}""", "$.order", "longestFirst, shortestFirst, byName")]
    [InlineData("""{"hosts":["host-a"],"paralel":2}""", "$.paralel", "parallel")]
    public async Task Invalid_requests_are_rejected_without_being_sent(string json, string path, string accepted)
    {
        await using var gateway = await GatewayFixture.StartAsync();

        var problem = await GatewayFixture.ProblemAsync(await gateway.PostAsync("/api/v1/drains", json), HttpStatusCode.BadRequest, ApiProblemTypes.BadRequest);

        var error = problem.Errors.ShouldHaveSingleItem();
        error.Path.ShouldBe(path);
        error.Message.ShouldContain(accepted);
        gateway.Bus.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true, HttpStatusCode.NotFound, ApiProblemTypes.NotFound)]
    [InlineData(false, HttpStatusCode.Conflict, ApiProblemTypes.Refused)]
    public async Task A_refused_drain_undo_or_cancellation_is_a_problem(bool isUnknown, HttpStatusCode status, string type)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<DrainHosts, DrainAnswer>(_ => new(null, "not so", isUnknown));
        gateway.Bus.Answer<UndoDrain, DrainAnswer>(_ => new(null, "not so", isUnknown));
        gateway.Bus.Answer<CancelDrain, SchedulerAnswer>(_ => new(false, "not so", isUnknown));

        foreach (var (path, body) in ((string, string)[])[("/api/v1/drains", """{"hosts":["host-a"]}"""), ("/api/v1/drains/d1/undo", "{}"), ("/api/v1/drains/d1/cancel", "{}")])
            (await GatewayFixture.ProblemAsync(await gateway.PostAsync(path, body), status, type)).Detail.ShouldBe("not so");
    }

    [Fact]
    public async Task A_drain_is_cancelled_by_its_id_or_host()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<CancelDrain, SchedulerAnswer>(_ => new(true, "cancelled"));

        (await gateway.PostAsync("/api/v1/drains/host-a/cancel", """{"abortRunning":true,"requestedBy":"ann"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await gateway.Http.PostAsync("/api/v1/drains/d1/cancel", null)).StatusCode.ShouldBe(HttpStatusCode.OK);

        gateway.Bus.Requests.Select(request => request.Request).ShouldBe([new CancelDrain("host-a", "ann", true), new CancelDrain("d1", "api")]);
    }

    [Fact]
    public async Task Drains_are_listed_and_shown_or_not_found()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ListDrains, DrainList>(ask => new(ask.Id == "d9" ? [] : [Drain], []));

        (await gateway.Http.GetFromJsonAsync<DrainList>("/api/v1/drains?limit=7", MeshJson.Options))!.Drains.ShouldHaveSingleItem().Id.ShouldBe("d1");
        (await gateway.Http.GetFromJsonAsync<DrainView>("/api/v1/drains/host-a", MeshJson.Options))!.Id.ShouldBe("d1");
        var problem = await GatewayFixture.ProblemAsync(await gateway.Http.GetAsync("/api/v1/drains/d9"), HttpStatusCode.NotFound, ApiProblemTypes.NotFound);

        problem.Detail.ShouldContain("'d9'");
        gateway.Bus.Requests.Select(request => request.Request).ShouldBe([new ListDrains(null, 7), new ListDrains("host-a", 1), new ListDrains("d9", 1)]);
    }

    [Fact]
    public async Task A_drain_without_a_response_names_the_id_for_a_retry()
    {
        await using var gateway = await GatewayFixture.StartAsync();

        var problem = await GatewayFixture.ProblemAsync(
            await gateway.PostAsync("/api/v1/drains", """{"id":"d1","hosts":["host-a"]}"""), HttpStatusCode.ServiceUnavailable, ApiProblemTypes.ServiceUnavailable);

        problem.Title.ShouldBe("The scheduler service is not responding");
        problem.Detail.ShouldContain("repeating the request with id 'd1' is safe");
    }
}
