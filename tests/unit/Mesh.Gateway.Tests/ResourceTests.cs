using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Mesh.Contracts.Api;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Gateway.Tests;

public sealed class ResourceTests
{
    [Theory]
    [InlineData("/api/v1/migrations", false, 100)]
    [InlineData("/api/v1/migrations?unfinished=true", true, 100)]
    [InlineData("/api/v1/migrations?unfinished=false&limit=7", false, 7)]
    public async Task Migrations_are_listed_by_filter_and_limit(string path, bool unfinished, int limit)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ListMigrations, MigrationList>(_ => new([TestData.View("m1"), TestData.View("m2")]));

        var views = await gateway.Http.GetFromJsonAsync<List<MigrationView>>(path, MeshJson.Options);

        views!.Select(view => view.Id.Value).ShouldBe(["m1", "m2"]);
        gateway.Bus.Requests.ShouldHaveSingleItem().Request.ShouldBe(new ListMigrations(unfinished, limit));
    }

    [Theory]
    [InlineData("/api/v1/migrations?unfinshed=true", "unfinshed", "unfinished, limit")]
    [InlineData("/api/v1/migrations?unfinished=yes", "unfinished", "true or false")]
    [InlineData("/api/v1/migrations?limit=0", "limit", "1 to 1000")]
    [InlineData("/api/v1/migrations?limit=1001", "limit", "1 to 1000")]
    [InlineData("/api/v1/hosts?name=a", "name", "this resource has none")]
    [InlineData("/api/v1/migrations/a%20b", "id", "letters, digits")]
    [InlineData("/api/v1/hosts/a%20b", "name", "letters, digits")]
    public async Task Invalid_parameters_are_reported_with_the_accepted_values(string path, string name, string accepted)
    {
        await using var gateway = await GatewayFixture.StartAsync();

        var problem = await GatewayFixture.ProblemAsync(await gateway.Http.GetAsync(path), HttpStatusCode.BadRequest, ApiProblemTypes.BadRequest);

        var error = problem.Errors.ShouldHaveSingleItem();
        error.Path.ShouldBe(name);
        error.Message.ShouldContain(accepted);
    }

    [Fact]
    public async Task VMs_are_listed_with_invalid_data_and_on_every_host_that_runs_them()
    {
        var (hostA, hostB) = (new HostName("host-a"), new HostName("host-b"));
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ListHosts, HostList>(_ => new(
            [
                TestData.Host("host-a", "web-1") with
                {
                    DuplicateVms = [new(TestData.IdOf("web-1"), "web-1", [hostB])],
                    InvalidVms = [new(TestData.IdOf("web-2"), "web-2", VmStatus.Up, "vms[1].vCpus is -4"), new(null, "web-3", null, "vms[2].id is not a UUID"), new(null, null, null, "vms[3] is null")],
                },
                TestData.Host("host-b", "web-1") with { DuplicateVms = [new(TestData.IdOf("web-1"), "web-1", [hostA])] },
            ],
            []));

        var views = await gateway.Http.GetFromJsonAsync<List<VmView>>("/api/v1/vms", MeshJson.Options);

        views!.Select(view => (view.Vm.Name, view.Host.Value, view.Vm.Status, view.InvalidData, string.Join(',', view.AlsoRunsOn))).ShouldBe(
        [
            ("web-1", "host-a", VmStatus.Up, null, "host-b"), ("web-1", "host-b", VmStatus.Up, null, "host-a"),
            ("web-2", "host-a", VmStatus.Up, "vms[1].vCpus is -4", ""), ("web-3", "host-a", VmStatus.Down, "vms[2].id is not a UUID", ""),
        ]);
    }

    [Fact]
    public async Task A_migration_is_shown_or_not_found()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<GetMigration, GetMigrationAnswer>(show => new(show.Id.Value == "m1" ? TestData.View("m1") : null));

        (await gateway.Http.GetFromJsonAsync<MigrationView>("/api/v1/migrations/m1", MeshJson.Options))!.VmName.ShouldBe("web-1");
        var problem = await GatewayFixture.ProblemAsync(
            await gateway.Http.GetAsync("/api/v1/migrations/m2"), HttpStatusCode.NotFound, ApiProblemTypes.NotFound);
        problem.Detail.ShouldContain("'m2'");
    }

    [Fact]
    public async Task A_trace_is_exported_unchanged_or_not_found()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        const string Trace = "{\"vm\":{}}\n{\"t_s\":0.5}\n";
        gateway.Bus.Answer<ExportMigration, ExportMigrationAnswer>(export => new(export.Id.Value == "m1" ? Trace : null));

        var response = await gateway.Http.GetAsync("/api/v1/migrations/m1/trace");

        response.Content.Headers.ContentType?.ToString().ShouldBe("application/jsonl; charset=utf-8");
        (await response.Content.ReadAsStringAsync()).ShouldBe(Trace);
        await GatewayFixture.ProblemAsync(await gateway.Http.GetAsync("/api/v1/migrations/m2/trace"), HttpStatusCode.NotFound, ApiProblemTypes.NotFound);
    }

    [Theory]
    [InlineData(AbortResult.Aborting, HttpStatusCode.Accepted, null)]
    [InlineData(AbortResult.NotFound, HttpStatusCode.NotFound, ApiProblemTypes.NotFound)]
    [InlineData(AbortResult.AlreadyEnded, HttpStatusCode.Conflict, ApiProblemTypes.NotAbortable)]
    [InlineData(AbortResult.TooLate, HttpStatusCode.Conflict, ApiProblemTypes.NotAbortable)]
    public async Task An_abort_returns_its_result(AbortResult result, HttpStatusCode status, string? type)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<AbortMigration, AbortAnswer>(_ => new(result, "explained"));

        var response = await gateway.PostAsync("/api/v1/migrations/m1/abort", """{"requestedBy":"ann"}""");

        gateway.Bus.Requests.ShouldHaveSingleItem().Request.ShouldBe(new AbortMigration(new MigrationId("m1"), "ann"));
        if (type is not null)
            await GatewayFixture.ProblemAsync(response, status, type);
        else
            (await response.Content.ReadFromJsonAsync<AbortAnswer>(MeshJson.Options)).ShouldBe(new AbortAnswer(result, "explained"));
        response.StatusCode.ShouldBe(status);
    }

    [Fact]
    public async Task An_abort_has_an_optional_body_that_is_validated()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<AbortMigration, AbortAnswer>(_ => new(AbortResult.Aborting, ""));

        (await gateway.Http.PostAsync("/api/v1/migrations/m1/abort", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        gateway.Bus.Requests.ShouldHaveSingleItem().Request.ShouldBe(new AbortMigration(new MigrationId("m1"), "api"));
        var wrong = await gateway.PostAsync("/api/v1/migrations/m1/abort", """{"who":"ann"}""");
        (await GatewayFixture.ProblemAsync(wrong, HttpStatusCode.BadRequest, ApiProblemTypes.BadRequest)).Detail.ShouldContain("$.who");
    }

    [Fact]
    public async Task Hosts_and_VMs_are_listed()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ListHosts, HostList>(_ => new(
            [TestData.Host("host-a", "web-2", "db-1"), TestData.Host("host-b", "web-1")],
            [new MigratingVm(TestData.IdOf("web-1"), "web-1", VmStatus.MigratingFrom, true, TestData.Noon, [], new HostName("host-b"))]));

        var hosts = await gateway.Http.GetFromJsonAsync<List<HostView>>("/api/v1/hosts", MeshJson.Options);
        hosts!.Select(host => host.Inventory.Host.Value).ShouldBe(["host-a", "host-b"]);
        (await gateway.Http.GetFromJsonAsync<HostView>("/api/v1/hosts/host-b", MeshJson.Options))!.Inventory.Vms.ShouldHaveSingleItem();
        var problem = await GatewayFixture.ProblemAsync(await gateway.Http.GetAsync("/api/v1/hosts/host-c"), HttpStatusCode.NotFound, ApiProblemTypes.NotFound);
        problem.Detail.ShouldContain("host-c");

        var vms = await gateway.Http.GetFromJsonAsync<List<VmView>>("/api/v1/vms", MeshJson.Options);
        vms!.Single(view => view.Vm.Name == "web-1").Migrating.ShouldNotBeNull().IsUnknown.ShouldBeTrue();
        vms!.Where(view => view.Vm.Name != "web-1").ShouldAllBe(view => view.Migrating == null);
        vms!.Select(located => $"{located.Vm.Name}@{located.Host}").ShouldBe(["db-1@host-a", "web-1@host-b", "web-2@host-a"]);
    }

    [Fact]
    public async Task A_host_is_fenced_by_confirmation_or_command()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<FenceHost, FenceAnswer>(fence => fence.Confirmed
            ? new(FenceResult.Fenced, "off", [new MigrationId("m1")])
            : new(FenceResult.Started, "runs", []));

        (await gateway.PostAsync("/api/v1/hosts/host-a/fence", """{"confirmed":true,"requestedBy":"ann"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await gateway.PostAsync("/api/v1/hosts/host-a/fence", "{}")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        gateway.Bus.Requests.Select(request => request.Request).ShouldBe(
            [new FenceHost(new HostName("host-a"), true, "ann"), new FenceHost(new HostName("host-a"), false, "api")]);

        gateway.Bus.Answer<FenceHost, FenceAnswer>(_ => new(FenceResult.Refused, "host-a reported 1 s ago", []));
        var problem = await GatewayFixture.ProblemAsync(
            await gateway.PostAsync("/api/v1/hosts/host-a/fence", """{"confirmed":true}"""), HttpStatusCode.Conflict, ApiProblemTypes.NotFenced);
        problem.Detail.ShouldContain("reported 1 s ago");

        gateway.Bus.Answer<FenceHost, FenceAnswer>(_ => new(FenceResult.NotFound, "unknown host 'host-x'", []));
        await GatewayFixture.ProblemAsync(
            await gateway.PostAsync("/api/v1/hosts/host-x/fence", """{"confirmed":true}"""), HttpStatusCode.NotFound, ApiProblemTypes.NotFound);
    }

    [Fact]
    public async Task A_host_is_forgotten_or_the_reason_against_it_given()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ForgetHost, SchedulerAnswer>(request => request.Host.Value switch
        {
            "host-a" => new(true, "host-a is forgotten"),
            "host-b" => new(false, "host-b reported 1 s ago"),
            _ => new(false, "unknown host", IsNotFound: true),
        });

        (await gateway.Http.DeleteAsync("/api/v1/hosts/host-a?requestedBy=ann")).StatusCode.ShouldBe(HttpStatusCode.OK);
        gateway.Bus.Requests.ShouldHaveSingleItem().ShouldBe((SchedulerQueues.Requests, new ForgetHost(new HostName("host-a"), "ann")));
        (await GatewayFixture.ProblemAsync(await gateway.Http.DeleteAsync("/api/v1/hosts/host-b"), HttpStatusCode.Conflict, ApiProblemTypes.Refused))
            .Detail.ShouldBe("host-b reported 1 s ago");
        await GatewayFixture.ProblemAsync(await gateway.Http.DeleteAsync("/api/v1/hosts/host-x"), HttpStatusCode.NotFound, ApiProblemTypes.NotFound);
        await GatewayFixture.ProblemAsync(await gateway.Http.DeleteAsync("/api/v1/hosts/host-a?force=true"), HttpStatusCode.BadRequest, ApiProblemTypes.BadRequest);
    }

    [Fact]
    public async Task The_gateway_is_healthy_if_the_migrations_service_responds()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await GatewayFixture.ProblemAsync(await gateway.Http.GetAsync("/health"), HttpStatusCode.ServiceUnavailable, ApiProblemTypes.ServiceUnavailable);

        gateway.Bus.Answer<ListMigrations, MigrationList>(_ => new([]));
        (await gateway.Http.GetFromJsonAsync<JsonElement>("/health")).GetProperty("status").GetString().ShouldBe("up");
    }

    [Fact]
    public async Task Unknown_paths_wrong_methods_and_internal_errors_are_problems()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        (await GatewayFixture.ProblemAsync(await gateway.Http.GetAsync("/api/v2/x"), HttpStatusCode.NotFound, ApiProblemTypes.NotFound))
            .Detail.ShouldContain("/api/v2/x");
        await GatewayFixture.ProblemAsync(
            await gateway.Http.DeleteAsync("/api/v1/hosts"), HttpStatusCode.MethodNotAllowed, ApiProblemTypes.BadRequest);

        gateway.Bus.Answer<ListHosts, HostList>(_ => throw new InvalidOperationException("secret"));
        var problem = await GatewayFixture.ProblemAsync(
            await gateway.Http.GetAsync("/api/v1/hosts"), HttpStatusCode.InternalServerError, ApiProblemTypes.Internal);
        problem.Detail.ShouldNotContain("secret");
    }
}
