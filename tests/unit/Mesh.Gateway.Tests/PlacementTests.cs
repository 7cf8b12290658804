using System.Net;
using System.Net.Http.Json;
using Mesh.Contracts.Api;
using Mesh.Contracts.Documents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Gateway.Tests;

public sealed class PlacementTests
{
    private static readonly RateTargetsAnswer Rated = new(
        TestData.IdOf("web-1"), "web-1", new HostName("host-a"), [],
        [
            new HostRating(new HostName("host-b"), 71.5, [], [new RatingTerm("free memory", 71.5, "48 GiB of 64 GiB free")]),
            new HostRating(new HostName("host-c"), 0, [new Refusal(RefusalCode.Cordoned, "host-c is cordoned")], []),
        ]);

    [Theory]
    [InlineData("/api/v1/vms/web-1/targets", null)]
    [InlineData("/api/v1/vms/web-1/targets?to=host-b", "host-b")]
    public async Task Targets_are_rated_with_default_options(string path, string? to)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<RateTargets, RateTargetsAnswer>(_ => Rated);

        var rated = await gateway.Http.GetFromJsonAsync<RateTargetsAnswer>(path, MeshJson.Options);

        rated!.Ratings.Select(rating => (rating.Host.Value, rating.Score, rating.Refusals.Count)).ShouldBe([("host-b", 71.5, 0), ("host-c", 0, 1)]);
        gateway.Bus.Requests.ShouldHaveSingleItem().ShouldBe(
            (SchedulerQueues.Requests, new RateTargets("web-1", null, to is null ? null : new HostName(to))));
    }

    [Fact]
    public async Task Targets_are_rated_with_the_given_options()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<RateTargets, RateTargetsAnswer>(_ => Rated);

        var response = await gateway.PostAsync("/api/v1/vms/web-1/targets", """{"options":{"copyStorage":"all"},"to":"host-b"}""");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var ask = gateway.Bus.Requests.ShouldHaveSingleItem().Request.ShouldBeOfType<RateTargets>();
        (ask.Vm, ask.Options!.CopyStorage, ask.To).ShouldBe(("web-1", CopyStorage.All, new HostName("host-b")));
    }

    [Theory]
    [InlineData(RefusalCode.UnknownVm, HttpStatusCode.NotFound)]
    [InlineData(RefusalCode.AmbiguousVm, HttpStatusCode.Conflict)]
    public async Task A_VM_that_cannot_be_identified_has_no_targets(RefusalCode code, HttpStatusCode status)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<RateTargets, RateTargetsAnswer>(_ => new(null, "web-9", null, [new Refusal(code, "which web-9?")], []));

        var problem = await GatewayFixture.ProblemAsync(await gateway.Http.GetAsync("/api/v1/vms/web-9/targets"), status, ApiProblemTypes.Refused);

        problem.Refusals.ShouldHaveSingleItem().Code.ShouldBe(code);
    }

    [Theory]
    [InlineData("/api/v1/vms/web-1/targets?host=b", "host")]
    [InlineData("/api/v1/vms/web-1/targets?to=a%20b", "to")]
    [InlineData("/api/v1/queue?limit=1", "limit")]
    [InlineData("/api/v1/inventory?format=2", "format")]
    [InlineData("/api/v1/rules?check=true", "check")]
    [InlineData("/api/v1/drains?limit=0", "limit")]
    [InlineData("/api/v1/drains/a%20b", "id")]
    public async Task Invalid_parameters_are_reported(string path, string name)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var problem = await GatewayFixture.ProblemAsync(await gateway.Http.GetAsync(path), HttpStatusCode.BadRequest, ApiProblemTypes.BadRequest);
        problem.Errors.ShouldHaveSingleItem().Path.ShouldBe(name);
    }

    [Fact]
    public async Task The_scheduler_inventory_is_exported()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ExportFleet, Fleet>(_ => new Fleet { TakenAt = TestData.Noon, Hosts = [new FleetHost(TestData.Host("host-a", "web-1").Inventory, default)] });

        var fleet = await gateway.Http.GetFromJsonAsync<Fleet>("/api/v1/inventory", MeshJson.Options);

        fleet!.Format.ShouldBe(Fleet.CurrentFormat);
        fleet.Hosts.ShouldHaveSingleItem().Inventory.Vms.ShouldHaveSingleItem().Name.ShouldBe("web-1");
    }

    [Fact]
    public async Task A_host_is_cordoned_and_uncordoned()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<CordonHost, SchedulerAnswer>(_ => new(true, "cordoned"));
        gateway.Bus.Answer<UncordonHost, SchedulerAnswer>(_ => new(true, "is schedulable again"));

        (await gateway.PostAsync("/api/v1/hosts/host-a/cordon", """{"requestedBy":"ann","reason":"disk errors"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await gateway.Http.PostAsync("/api/v1/hosts/host-a/cordon", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var response = await gateway.Http.DeleteAsync("/api/v1/hosts/host-a/cordon?requestedBy=ann");

        (await response.Content.ReadFromJsonAsync<SchedulerAnswer>(MeshJson.Options)).ShouldBe(new SchedulerAnswer(true, "is schedulable again"));
        gateway.Bus.Requests.Select(request => request.Request).ShouldBe(
        [
            new CordonHost(new HostName("host-a"), "ann", "disk errors"), new CordonHost(new HostName("host-a"), "api"),
            new UncordonHost(new HostName("host-a"), "ann"),
        ]);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.NotFound, ApiProblemTypes.NotFound)]
    [InlineData(false, HttpStatusCode.Conflict, ApiProblemTypes.Refused)]
    public async Task A_refused_cordon_is_a_problem(bool isUnknown, HttpStatusCode status, string type)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<CordonHost, SchedulerAnswer>(_ => new(false, "not so", isUnknown));
        gateway.Bus.Answer<UncordonHost, SchedulerAnswer>(_ => new(false, "not so", isUnknown));

        (await GatewayFixture.ProblemAsync(await gateway.PostAsync("/api/v1/hosts/host-a/cordon", "{}"), status, type)).Detail.ShouldBe("not so");
        (await GatewayFixture.ProblemAsync(await gateway.Http.DeleteAsync("/api/v1/hosts/host-a/cordon"), status, type)).Detail.ShouldBe("not so");
    }

    [Fact]
    public async Task Hosts_are_shown_with_their_cordons()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ListHosts, HostList>(_ => new([TestData.Host("host-a"), TestData.Host("host-b")], []));
        gateway.Bus.Answer<ListDrains, DrainList>(_ => new([], [new HostCordon(new HostName("host-b"), CordonState.Draining, "ann", TestData.Noon, "", "d1")]));

        var hosts = await gateway.Http.GetFromJsonAsync<List<HostView>>("/api/v1/hosts", MeshJson.Options);
        hosts!.Select(host => host.Cordon?.State).ShouldBe([null, CordonState.Draining]);
        (await gateway.Http.GetFromJsonAsync<HostView>("/api/v1/hosts/host-b", MeshJson.Options))!.Cordon!.Drain.ShouldBe("d1");

        gateway.Bus.Answer<ListDrains, DrainList>(_ => throw new Mesh.Hosting.Bus.BusRequestException("nobody"));
        hosts = await gateway.Http.GetFromJsonAsync<List<HostView>>("/api/v1/hosts", MeshJson.Options);
        hosts!.Select(host => host.Cordon).ShouldBe([null, null]);
    }

    [Fact]
    public async Task Rules_are_shown_checked_and_applied_unchanged()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var response = new RulesAnswer(new PlacementRules(), [], "ann", TestData.Noon);
        gateway.Bus.Answer<GetRules, RulesAnswer>(_ => response);
        gateway.Bus.Answer<ApplyRules, RulesAnswer>(_ => response);
        const string Document = "taints:\n  - name: gpu\n";

        (await gateway.Http.GetFromJsonAsync<RulesAnswer>("/api/v1/rules", MeshJson.Options))!.UpdatedBy.ShouldBe("ann");
        (await gateway.PutAsync("/api/v1/rules?requestedBy=ann", Document, "application/yaml")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await gateway.PutAsync("/api/v1/rules?check=true", "{}")).StatusCode.ShouldBe(HttpStatusCode.OK);

        gateway.Bus.Requests.Select(request => request.Request).ShouldBe([new GetRules(), new ApplyRules(Document, "ann"), new ApplyRules("{}", "api", DryRun: true)]);
    }

    [Fact]
    public async Task Invalid_rules_are_rejected_with_all_errors()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ApplyRules, RulesAnswer>(_ => new(null, [new DocumentDiagnostic(2, "taints[0].hosts", "is missing"), new DocumentDiagnostic(0, "", "is odd")]));

        var problem = await GatewayFixture.ProblemAsync(
            await gateway.PutAsync("/api/v1/rules", "taints: [{}]", "application/yaml"), HttpStatusCode.UnprocessableEntity, ApiProblemTypes.InvalidRules);

        problem.Detail.ShouldBe("line 2: taints[0].hosts: is missing; is odd");
        problem.Diagnostics!.Count.ShouldBe(2);
        await GatewayFixture.ProblemAsync(
            await gateway.PutAsync("/api/v1/rules", "x", "text/plain"), HttpStatusCode.UnsupportedMediaType, ApiProblemTypes.BadRequest);
    }
}
