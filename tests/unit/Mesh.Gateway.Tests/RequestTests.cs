using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Gateway.Tests;

public sealed class RequestTests
{
    [Fact]
    public async Task A_request_reaches_the_scheduler_and_returns_the_migration()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<RequestMigration, MigrationRequestAnswer>(request => new(request.Id, []));
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(show => new(TestData.View(show.Id.Value)));

        var response = await gateway.PostAsync("/api/v1/migrations",
            """{"id":"m1","vm":"web-1","to":"host-b","requestedBy":"ann","options":{"postCopy":true,"timeout":60000},"limits":{"progressTimeout":0}}""");

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        response.Headers.Location?.ToString().ShouldBe("/api/v1/migrations/m1");
        (await response.Content.ReadFromJsonAsync<MigrationView>(MeshJson.Options))!.Id.Value.ShouldBe("m1");
        var (queue, requested) = gateway.Bus.Requests.First();
        queue.ShouldBe(SchedulerQueues.Requests);
        var request = requested.ShouldBeOfType<RequestMigration>();
        request.Vm.ShouldBe("web-1");
        request.To.ShouldBe(new HostName("host-b"));
        request.RequestedBy.ShouldBe("ann");
        request.Options.ShouldBe(new MigrationOptions { PostCopy = true, Timeout = TimeSpan.FromMinutes(1) } with
        {
            Compression = request.Options.Compression,
            MigrateDisks = request.Options.MigrateDisks,
        });
        request.Limits.ShouldBe(new MigrationLimits { ProgressTimeout = TimeSpan.Zero });
    }

    [Fact]
    public async Task Omitted_limits_come_from_the_policy()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<RequestMigration, MigrationRequestAnswer>(request => new(request.Id, []));
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(show => new(TestData.View(show.Id.Value)));

        await gateway.PostAsync("/api/v1/migrations", """{"vm":"web-1","to":"host-b","limits":{"completionTimeout":60000}}""");
        await gateway.PostAsync("/api/v1/migrations",
            """{"vm":"web-1","to":"host-b","policy":"adaptive","allow":{"throttle":true,"suspend":true},"downtimeBudget":900,"deadline":120000}""");

        var (plain, steered) = ((RequestMigration)gateway.Bus.Requests.First().Request, (RequestMigration)gateway.Bus.Requests.ElementAt(2).Request);
        (plain.Policy, plain.Allow, plain.DowntimeBudget, plain.Deadline).ShouldBe((null, null, null, null));
        plain.Limits.ShouldBe(new MigrationLimits { CompletionTimeout = TimeSpan.FromMinutes(1) });
        plain.Limits.ProgressTimeout.ShouldBeNull();
        (steered.Policy, steered.DowntimeBudget, steered.Deadline).ShouldBe(("adaptive", TimeSpan.FromMilliseconds(900), TimeSpan.FromMinutes(2)));
        steered.Allow.ShouldBe(new PolicyPermissions { Throttle = true, Suspend = true });
    }

    [Fact]
    public async Task The_scheduler_may_choose_the_destination()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<RequestMigration, MigrationRequestAnswer>(request => new(request.Id, []));
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(show => new(TestData.View(show.Id.Value)));

        await gateway.PostAsync("/api/v1/migrations", """{"vm":"web-1"}""");
        await gateway.PostAsync("/api/v1/migrations",
            """{"vm":"web-1","to":null,"alternatives":["host-b","host-c"],"priority":"system","relaxAffinity":true,"hostsTriedMax":2}""");

        var (plain, among) = ((RequestMigration)gateway.Bus.Requests.First().Request, (RequestMigration)gateway.Bus.Requests.ElementAt(2).Request);
        (plain.To, plain.Alternatives!.Count, plain.Priority, plain.RelaxAffinity, plain.HostsTriedMax).ShouldBe((null, 0, MigrationPriority.Operator, false, null));
        (among.To, among.Priority, among.RelaxAffinity, among.HostsTriedMax).ShouldBe((null, MigrationPriority.System, true, 2));
        among.Alternatives.ShouldBe([new HostName("host-b"), new HostName("host-c")]);
    }

    [Fact]
    public async Task An_id_is_generated_and_the_trace_of_the_client_is_continued()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<RequestMigration, MigrationRequestAnswer>(request => new(request.Id, []));
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(show => new(TestData.View(show.Id.Value)));
        var trace = ActivityTraceId.CreateRandom().ToString();
        using var message = new HttpRequestMessage(HttpMethod.Post, "/api/v1/migrations") { Content = JsonContent.Create(new { vm = "web-1", to = "host-b" }) };
        message.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");

        // The server creates an activity only if there is a listener, such as an exporter.
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        (await gateway.Http.SendAsync(message)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        var request = (RequestMigration)gateway.Bus.Requests.First().Request;
        request.Id.Value.Length.ShouldBe(12);
        request.RequestedBy.ShouldBe("api");
        request.TraceParent.ShouldNotBeNull();
        request.TraceParent.ShouldStartWith($"00-{trace}-");
    }

    [Theory]
    [InlineData(HttpStatusCode.Conflict, RefusalCode.SameHost)]
    [InlineData(HttpStatusCode.Conflict, RefusalCode.HostDeviceAttached, RefusalCode.NotEnoughMemory)]
    [InlineData(HttpStatusCode.NotFound, RefusalCode.UnknownVm)]
    [InlineData(HttpStatusCode.NotFound, RefusalCode.UnknownHost, RefusalCode.HostDeviceAttached)]
    [InlineData(HttpStatusCode.UnprocessableEntity, RefusalCode.InvalidOption)]
    [InlineData(HttpStatusCode.UnprocessableEntity, RefusalCode.UnknownPolicy)]
    [InlineData(HttpStatusCode.UnprocessableEntity, RefusalCode.UnknownVm, RefusalCode.ConflictingOptions)]
    public async Task A_refusal_reports_all_reasons(HttpStatusCode status, params RefusalCode[] codes)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<RequestMigration, MigrationRequestAnswer>(request => new(request.Id, [.. codes.Select(code => new Refusal(code, $"because {code}"))]));

        var response = await gateway.PostAsync("/api/v1/migrations", """{"id":"m1","vm":"web-1","to":"host-b"}""");

        var problem = await GatewayFixture.ProblemAsync(response, status, ApiProblemTypes.Refused);
        problem.Refusals!.Select(refusal => refusal.Code).ShouldBe(codes);
        problem.MigrationId.ShouldBe(codes.Contains(RefusalCode.UnknownVm) ? null : new MigrationId("m1"), "a request without a VM is not stored");
        foreach (var code in codes)
            problem.Detail.ShouldContain($"because {code}");
    }

    [Theory]
    [InlineData("""{"vm":"a","to":"b","too":1}""", "$.too", "id, vm, to, alternatives, options, limits, policy, allow, downtimeBudget, deadline, priority, relaxAffinity, hostsTriedMax, requestedBy")]
    [InlineData("""{"vm":"a","to":"b","options":{"autoConverg":true}}""", "$.options.autoConverg", "autoConverge")]
    [InlineData("""{"vm":"a","to":"b","options":{"AutoConverge":true}}""", "$.options.AutoConverge", "autoConverge")]
    [InlineData("""{"vm":"a","to":"b","limits":{"timeout":1}}""", "$.limits.timeout", "progressTimeout")]
    [InlineData("""{"vm":"a","to":"b","limits":{"progressTimeoutHeld":1}}""", "$.limits.progressTimeoutHeld", "unknown member")]
    [InlineData("""{"vm":"a","to":"b","policy":1}""", "$.policy", "a string")]
    [InlineData("""{"vm":"a","to":"b","allow":["throttle"]}""", "$.allow", "throttle, postCopy, suspend, compression")]
    [InlineData("""{"vm":"a","to":"b","allow":{"post-copy":true}}""", "$.allow.post-copy", "throttle, postCopy, suspend, compression")]
    [InlineData("""{"vm":"a","to":"b","downtimeBudget":"900 ms"}""", "$.downtimeBudget", "milliseconds")]
    [InlineData("""{"vm":"a","to":"b","deadline":1.5}""", "$.deadline", "milliseconds")]
    [InlineData("""{"to":"b"}""", "$.vm", "missing")]
    [InlineData("""{"vm":"a","to":7}""", "$.to", "a host name")]
    [InlineData("""{"vm":"a","alternatives":"b"}""", "$.alternatives", "a list of host names")]
    [InlineData("""{"vm":"a","alternatives":["b",null]}""", "$.alternatives", "a list of host names")]
    [InlineData("""{"vm":"a","priority":"urgent"}""", "$.priority", "balancing, drain, operator, system")]
    [InlineData("""{"vm":"a","relaxAffinity":1}""", "$.relaxAffinity", "true or false")]
    [InlineData("""{"vm":"a","hostsTriedMax":"3"}""", "$.hostsTriedMax", "whole number")]
    [InlineData("""{"vm":" ","to":"b"}""", "$.vm", "name or UUID")]
    [InlineData("""{"vm":"a","to":"host b"}""", "$.to", "letters, digits, dots")]
    [InlineData("""{"vm":"a","to":"b","id":"x/y"}""", "$.id", "letters, digits, dots")]
    [InlineData("""{"vm":"a","to":"b","options":{"live":"yes"}}""", "$.options.live", "true or false")]
    [InlineData("""{"vm":"a","to":"b","options":{"timeout":1.5}}""", "$.options.timeout", "milliseconds")]
    [InlineData("""{"vm":"a","to":"b","options":{"bandwidth":"10M"}}""", "$.options.bandwidth", "bytes per second")]
    [InlineData("""{"vm":"a","to":"b","options":{"timeoutAction":"stop"}}""", "$.options.timeoutAction", "suspend, postCopy, abort")]
    [InlineData("""{"vm":"a","to":"b","options":{"parallelConnections":"2"}}""", "$.options.parallelConnections", "whole number")]
    [InlineData("""{"vm":"a","to":"b","options":{"migrateDisks":"vda"}}""", "$.options.migrateDisks", "list of strings")]
    [InlineData("""{"vm":"a","to":"b","options":{"migrateDisks":["vda",null]}}""", "$.options.migrateDisks", "none of them null")]
    [InlineData("""{"vm":"a","to":"b","options":null}""", "$.options", "an object")]
    [InlineData("""{"vm":null,"to":"b"}""", "$.vm", "must not be null")]
    [InlineData("""{"vm":"a","vm":"b","to":"c"}""", "$.vm", "more than once")]
    [InlineData("""["vm"]""", "$", "an object")]
    public async Task Errors_in_a_body_are_reported_with_the_accepted_values(string json, string path, string accepted)
    {
        await using var gateway = await GatewayFixture.StartAsync();

        var response = await gateway.PostAsync("/api/v1/migrations", json);

        var problem = await GatewayFixture.ProblemAsync(response, HttpStatusCode.BadRequest, ApiProblemTypes.BadRequest);
        var error = problem.Errors.ShouldHaveSingleItem();
        error.Path.ShouldBe(path);
        error.Message.ShouldContain(accepted);
        problem.Detail.ShouldContain(path);
        problem.Detail.ShouldNotContain("System.");
        gateway.Bus.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task All_errors_in_a_body_are_reported_at_once()
    {
        await using var gateway = await GatewayFixture.StartAsync();

        var response = await gateway.PostAsync("/api/v1/migrations", """{"options":{"live":1,"tsl":true},"to":"b"}""");

        var problem = await GatewayFixture.ProblemAsync(response, HttpStatusCode.BadRequest, ApiProblemTypes.BadRequest);
        problem.Errors!.Select(error => error.Path).ShouldBe(["$.options.live", "$.options.tsl", "$.vm"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("{\n  \"vm\": \"a\",\n  \"to\" \"b\"\n}", "line 3")]
    [InlineData("", "line 1")]
    public async Task Malformed_JSON_is_rejected_with_its_line(string json, string line)
    {
        await using var gateway = await GatewayFixture.StartAsync();

        var response = await gateway.PostAsync("/api/v1/migrations", json);

        var problem = await GatewayFixture.ProblemAsync(response, HttpStatusCode.BadRequest, ApiProblemTypes.BadRequest);
        problem.Detail.ShouldContain(line);
        problem.Detail.ShouldNotContain("LineNumber");
    }

    [Fact]
    public async Task Large_bodies_and_other_content_types_are_rejected()
    {
        await using var gateway = await GatewayFixture.StartAsync(("Gateway:MaxBodyBytes", "1024"));

        var large = await gateway.PostAsync("/api/v1/migrations", JsonSerializer.Serialize(new { vm = new string('x', 2000), to = "b" }));
        (await GatewayFixture.ProblemAsync(large, HttpStatusCode.RequestEntityTooLarge, ApiProblemTypes.BadRequest)).Detail.ShouldContain("1024 bytes");

        var form = await gateway.PostAsync("/api/v1/migrations", """{"vm":"a","to":"b"}""", "text/plain");
        (await GatewayFixture.ProblemAsync(form, HttpStatusCode.UnsupportedMediaType, ApiProblemTypes.BadRequest)).Detail.ShouldContain("application/json");
    }

    [Fact]
    public async Task A_request_without_a_response_names_the_id_for_a_retry()
    {
        await using var gateway = await GatewayFixture.StartAsync();

        var response = await gateway.PostAsync("/api/v1/migrations", """{"id":"m1","vm":"web-1","to":"host-b"}""");

        var problem = await GatewayFixture.ProblemAsync(response, HttpStatusCode.ServiceUnavailable, ApiProblemTypes.ServiceUnavailable);
        problem.MigrationId.ShouldBe(new MigrationId("m1"));
        problem.Detail.ShouldContain("repeating the request with id 'm1' is safe");
    }

    [Fact]
    public async Task Requests_time_out_after_the_configured_time()
    {
        await using var gateway = await GatewayFixture.StartAsync(("Gateway:AnswerTimeout", "00:00:07"));
        var requested = new TaskCompletionSource();
        gateway.Bus.AnswerLater<ListHosts, HostList>(_ =>
        {
            requested.SetResult();
            return new TaskCompletionSource<HostList>().Task;
        });

        var response = gateway.Http.GetAsync("/api/v1/hosts");
        await requested.Task;
        await WaitUntil.TrueAsync(() => gateway.Time.PendingTimers > 0);
        gateway.Time.Advance(TimeSpan.FromSeconds(6.9));
        response.IsCompleted.ShouldBeFalse();
        gateway.Time.Advance(TimeSpan.FromSeconds(0.2));

        (await GatewayFixture.ProblemAsync(await response, HttpStatusCode.ServiceUnavailable, ApiProblemTypes.ServiceUnavailable)).Detail.ShouldContain("7 s");
    }
}
