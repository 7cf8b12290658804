using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;

namespace Mesh.Gateway.Tests;

public sealed class ChangeTests
{
    private const string Path = "/api/v1/migrations/m1";

    private static readonly ParameterAnswer[] Answers =
    [
        new(MigrationParameter.MaxDowntime, ParameterResult.Applied, "500 ms"),
        new(MigrationParameter.Throttle, ParameterResult.Emulated, "by the vCPU quota"),
        new(MigrationParameter.Compression, ParameterResult.Refused, "QEMU cannot change it"),
    ];

    private static MigrationChange Change(string id, IReadOnlyList<ParameterAnswer>? answers = null) =>
        new(id, ChangeOrigin.Operator, "ann", "too slow", "maxDowntime 500 ms", TestData.Noon) { Answers = answers };

    private static void Accept(FakeBus bus) =>
        bus.Answer<ChangeMigration, ChangeAnswer>(change => new(ChangeResult.Accepted, "accepted", Change(change.ChangeId)));

    private static MigrationParameter Parse(string name) => JsonSerializer.Deserialize<MigrationParameter>($"\"{name}\"", MeshJson.Options);

    // The gateway waits for the timeout and for the next poll: the clock moves once it does both.
    private static async Task<HttpResponseMessage> AnsweredAsync(GatewayFixture gateway, Task<HttpResponseMessage> response)
    {
        while (true)
        {
            await WaitUntil.TrueAsync(() => response.IsCompleted || gateway.Time.PendingTimers >= 2);
            if (response.IsCompleted)
                return await response;
            gateway.Time.Advance(TimeSpan.FromMilliseconds(200));
        }
    }

    [Fact]
    public async Task Every_parameter_reaches_the_migration()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var answers = ((string[])["maxDowntime", "bandwidth", "postCopyBandwidth", "postCopy", "suspend", "compression", "autoConverge", "throttle", "stallingLimit", "policy"])
            .Select(name => new ParameterAnswer(Parse(name), ParameterResult.Applied, "")).ToArray();
        gateway.Bus.Answer<ChangeMigration, ChangeAnswer>(change => new(ChangeResult.Accepted, "", Change(change.ChangeId, answers)));

        var response = await gateway.PatchAsync(Path,
            """
            {"maxDowntime":500,"bandwidth":33554432,"postCopyBandwidth":67108864,"postCopy":true,"suspend":true,"compression":false,"autoConverge":true,
             "throttle":40,"stallingLimit":10000,"policy":"adaptive","changeId":"c-1","requestedBy":"ann","reason":"too slow"}
            """);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadFromJsonAsync<MigrationChange>(MeshJson.Options))!.Answers.ShouldBe(answers);
        var (queue, request) = gateway.Bus.Requests.ShouldHaveSingleItem();
        queue.ShouldBe(MigrationQueues.Requests);
        request.ShouldBe(new ChangeMigration
        {
            Id = new MigrationId("m1"),
            ChangeId = "c-1",
            RequestedBy = "ann",
            Reason = "too slow",
            Parameters = new()
            {
                MaxDowntime = TimeSpan.FromMilliseconds(500),
                Bandwidth = BytesPerSecond.FromMebibytes(32),
                PostCopyBandwidth = BytesPerSecond.FromMebibytes(64),
                PostCopy = true,
                Suspend = true,
                Compression = false,
                AutoConverge = true,
                Throttle = new Percent(40),
                StallingLimit = TimeSpan.FromSeconds(10),
            },
            Policy = "adaptive",
        });
    }

    [Theory]
    [InlineData("force-complete", "suspend")]
    [InlineData("force-complete", "postCopy")]
    [InlineData("postcopy", "postCopy")]
    [InlineData("suspend", "suspend")]
    public async Task Actions_are_changes_with_an_optional_body(string order, string answered)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ChangeMigration, ChangeAnswer>(change =>
            new(ChangeResult.Accepted, "", Change(change.ChangeId, [new ParameterAnswer(Parse(answered), ParameterResult.Applied, "true")])));

        (await gateway.Http.PostAsync($"{Path}/{order}", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await gateway.PostAsync($"{Path}/{order}", """{"changeId":"c-2","requestedBy":"ann","reason":"now"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var requests = gateway.Bus.Requests.Select(request => (ChangeMigration)request.Request).ToList();
        (requests[0].RequestedBy, requests[0].Reason, requests[0].ChangeId.Length).ShouldBe(("api", "", 12));
        var expected = new ChangeMigration { Id = new MigrationId("m1"), ChangeId = "c-2", RequestedBy = "ann", Reason = "now" };
        requests[1].ShouldBe(order switch
        {
            "force-complete" => expected with { ForceComplete = true },
            "postcopy" => expected with { Parameters = new() { PostCopy = true } },
            _ => expected with { Parameters = new() { Suspend = true } },
        });
    }

    [Fact]
    public async Task The_response_waits_for_the_answers_of_the_host()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var polls = 0;
        Accept(gateway.Bus);
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(_ =>
            new(TestData.View("m1") with { Changes = [Change("other", []), Change("c-1", ++polls < 3 ? null : Answers)] }));

        var response = await AnsweredAsync(gateway, gateway.PatchAsync(Path, """{"maxDowntime":500,"changeId":"c-1"}"""));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadFromJsonAsync<MigrationChange>(MeshJson.Options))!.Answers.ShouldBe(Answers);
        polls.ShouldBe(3);
    }

    [Fact]
    public async Task A_change_is_pending_if_the_host_has_not_answered_within_the_timeout()
    {
        await using var gateway = await GatewayFixture.StartAsync(("Gateway:ChangeTimeout", "00:00:03"));
        Accept(gateway.Bus);
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(_ => new(TestData.View("m1") with { Changes = [Change("c-1")] }));

        var response = await AnsweredAsync(gateway, gateway.PatchAsync(Path, """{"maxDowntime":500,"changeId":"c-1"}"""));

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await response.Content.ReadFromJsonAsync<MigrationChange>(MeshJson.Options))!.Answers.ShouldBeNull();
        gateway.Time.GetUtcNow().ShouldBe(TestData.Noon.AddSeconds(3));
    }

    public static TheoryData<string, string, bool> Progress => new()
    {
        { """{"maxDowntime":1}""", "", false },
        { """{"maxDowntime":1}""", "maxDowntime", true },
        { """{"maxDowntime":1}""", "!maxDowntime", true },
        { """{"maxDowntime":1,"policy":"x"}""", "policy !postCopy", false },
        { """{"maxDowntime":1,"policy":"x"}""", "policy !postCopy limits maxDowntime", true },
        { """{"policy":"x"}""", "policy !postCopy", true },
        { """{"maxDowntime":1,"throttle":0}""", "!all", true },
        { "force-complete", "!postCopy", false },
        { "force-complete", "!postCopy !suspend", true },
        { "force-complete", "!all", true },
    };

    [Theory]
    [MemberData(nameof(Progress))]
    public async Task A_change_is_pending_until_all_requested_parameters_are_answered(string ask, string answers, bool isComplete)
    {
        await using var gateway = await GatewayFixture.StartAsync(("Gateway:ChangeTimeout", "00:00:00"));
        gateway.Bus.Answer<ChangeMigration, ChangeAnswer>(change => new(ChangeResult.Accepted, "", Change(change.ChangeId,
        [
            .. answers.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(name => new ParameterAnswer(Parse(name.TrimStart('!')), name[0] == '!' ? ParameterResult.Refused : ParameterResult.Applied, "")),
        ])));
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(_ => new(TestData.View("m1")));

        var response = ask[0] == '{' ? await gateway.PatchAsync(Path, ask) : await gateway.Http.PostAsync($"{Path}/{ask}", null);

        response.StatusCode.ShouldBe(isComplete ? HttpStatusCode.OK : HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_accepted_change_stays_accepted_if_the_migration_ends_or_becomes_unavailable(bool ends)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        Accept(gateway.Bus);
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(_ => ends
            ? new(TestData.View("m1", MigrationOutcome.Completed))
            : throw new BusRequestException("no answer"));

        var response = await AnsweredAsync(gateway, gateway.PatchAsync(Path, """{"maxDowntime":500}"""));

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        gateway.Bus.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(HttpStatusCode.Conflict, RefusalCode.HypervisorError, RefusalCode.HostUnavailable)]
    [InlineData(HttpStatusCode.UnprocessableEntity, RefusalCode.InvalidOption, RefusalCode.HypervisorError)]
    [InlineData(HttpStatusCode.UnprocessableEntity, RefusalCode.UnknownPolicy)]
    public async Task A_refused_change_reports_all_reasons(HttpStatusCode status, params RefusalCode[] codes)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ChangeMigration, ChangeAnswer>(_ =>
            new(ChangeResult.Refused, "refused", Refusals: [.. codes.Select(code => new Refusal(code, $"because {code}"))]));

        var problem = await GatewayFixture.ProblemAsync(await gateway.PatchAsync(Path, """{"policy":"x"}"""), status, ApiProblemTypes.Refused);

        problem.Refusals!.Select(refusal => refusal.Code).ShouldBe(codes);
        problem.MigrationId.ShouldBe(new MigrationId("m1"));
        foreach (var code in codes)
            problem.Detail.ShouldContain($"because {code}");
    }

    [Theory]
    [InlineData(ChangeResult.NotFound, HttpStatusCode.NotFound, ApiProblemTypes.NotFound, "'m1'")]
    [InlineData(ChangeResult.AlreadyEnded, HttpStatusCode.Conflict, ApiProblemTypes.NotChangeable, "it is over")]
    [InlineData(ChangeResult.Refused, HttpStatusCode.Conflict, ApiProblemTypes.Refused, "it is over")]
    public async Task Changes_that_are_not_possible_are_problems(ChangeResult result, HttpStatusCode status, string type, string why)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ChangeMigration, ChangeAnswer>(_ => new(result, "it is over"));

        (await GatewayFixture.ProblemAsync(await gateway.PatchAsync(Path, """{"throttle":0}"""), status, type)).Detail.ShouldContain(why);
    }

    [Fact]
    public async Task A_change_without_a_response_names_the_change_id_for_a_retry()
    {
        await using var gateway = await GatewayFixture.StartAsync();

        var response = await gateway.PostAsync($"{Path}/suspend", """{"changeId":"c-7"}""");

        var problem = await GatewayFixture.ProblemAsync(response, HttpStatusCode.ServiceUnavailable, ApiProblemTypes.ServiceUnavailable);
        problem.Detail.ShouldContain("repeating the request with changeId 'c-7' is safe");
        problem.MigrationId.ShouldBe(new MigrationId("m1"));
    }

    [Theory]
    [InlineData("{}", "$", "contains no change")]
    [InlineData("""{"reason":"for fun"}""", "$", "contains no change")]
    [InlineData("""{"postcopy":true}""", "$.postcopy", "postCopy")]
    [InlineData("""{"throttle":"40 %"}""", "$.throttle", "a whole number (percent)")]
    [InlineData("""{"throttle":40,"changeId":"a b"}""", "$.changeId", "1 to 64 letters")]
    [InlineData("""{"throttle":40,"changeId":""}""", "$.changeId", "1 to 64 letters")]
    [InlineData("""{"throttle":40,"requestedBy":null}""", "$.requestedBy", "must not be null")]
    public async Task Invalid_changes_are_rejected_without_being_sent(string json, string path, string accepted)
    {
        await using var gateway = await GatewayFixture.StartAsync();

        var problem = await GatewayFixture.ProblemAsync(await gateway.PatchAsync(Path, json), HttpStatusCode.BadRequest, ApiProblemTypes.BadRequest);

        var error = problem.Errors.ShouldHaveSingleItem();
        error.Path.ShouldBe(path);
        error.Message.ShouldContain(accepted);
        gateway.Bus.Requests.ShouldBeEmpty();
    }
}
