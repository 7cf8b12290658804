using System.Net;
using System.Net.Http.Json;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Contracts.Api;

namespace Mesh.Gateway.Tests;

public sealed class VmPolicyTests
{
    private static readonly MigrationPolicy Calm = new() { Name = "calm", Description = "takes its time" };

    private static readonly EffectivePolicy Effective = new(Calm, 2, "it is the default");

    private static HostView With(HostView host, Func<VmDescription, VmDescription> change) =>
        host with { Inventory = host.Inventory with { Vms = [.. host.Inventory.Vms.Select(change)] } };

    private static async Task<GatewayFixture> StartAsync(params HostView[] hosts)
    {
        var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ListHosts, HostList>(_ => new(hosts, []));
        gateway.Bus.Answer<ResolvePolicy, ResolvePolicyAnswer>(_ => new(Effective));
        gateway.Bus.Answer<ListPolicies, PolicyList>(_ => new([], [new(TestData.IdOf("db-1"), "calm", "ann", TestData.Noon)]));
        gateway.Bus.Answer<OverridePolicy, PolicyAnswer>(_ => new(true, "in words"));
        gateway.Bus.Answer<GetPolicy, GetPolicyAnswer>(_ => new(new PolicyView(Calm, 2, false), [2]));
        return gateway;
    }

    private static T Asked<T>(GatewayFixture gateway) => (T)gateway.Bus.Requests.Single(request => request.Request is T).Request;

    [Fact]
    public async Task The_effective_policy_is_asked_for_with_the_labels_of_the_host_that_runs_the_machine()
    {
        static VmDescription Labelled(VmDescription vm, string tier, VmStatus status) =>
            vm with { Status = status, Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["tier"] = tier } };
        await using var gateway = await StartAsync(
            With(TestData.Host("host-a", "db-1"), vm => Labelled(vm, "old", VmStatus.Down)),
            With(TestData.Host("host-b", "db-1"), vm => Labelled(vm, "gold", VmStatus.Up)),
            TestData.Host("host-c", "web-1"));

        var view = await gateway.Http.GetFromJsonAsync<VmPolicyView>("/api/v1/vms/db-1/policy", MeshJson.Options);

        (view!.Vm, view.Name, view.Effective.Policy.Name, view.Effective.Reason).ShouldBe((TestData.IdOf("db-1"), "db-1", "calm", "it is the default"));
        view.Override!.RequestedBy.ShouldBe("ann");
        var asked = Asked<ResolvePolicy>(gateway);
        (asked.Vm, asked.Labels["tier"], asked.Named).ShouldBe((TestData.IdOf("db-1"), "gold", null));

        (await gateway.Http.GetFromJsonAsync<VmPolicyView>($"/api/v1/vms/{TestData.IdOf("web-1")}/policy", MeshJson.Options))!.Override.ShouldBeNull();
    }

    [Theory]
    [InlineData("/api/v1/vms/nix/policy")]
    [InlineData("/api/v1/vms/99999999-9999-4999-8999-999999999999/policy")]
    public async Task A_machine_that_nobody_knows_has_no_policy(string path)
    {
        await using var gateway = await StartAsync(TestData.Host("host-a", "db-1"));
        foreach (var response in (HttpResponseMessage[])[await gateway.Http.GetAsync(path), await gateway.PutAsync(path, """{"policy":"calm"}""")])
            (await GatewayFixture.ProblemAsync(response, HttpStatusCode.NotFound, ApiProblemTypes.NotFound)).Detail.ShouldContain("no host has reported a machine");
    }

    [Fact]
    public async Task A_name_of_several_machines_is_answered_with_the_candidates()
    {
        var other = VmId.Parse("99999999-9999-4999-8999-999999999999");
        await using var gateway = await StartAsync(TestData.Host("host-a", "db-1"), With(TestData.Host("host-b", "db-1"), vm => vm with { Id = other }));

        var problem = await GatewayFixture.ProblemAsync(
            await gateway.Http.GetAsync("/api/v1/vms/db-1/policy"), HttpStatusCode.Conflict, ApiProblemTypes.Refused);

        problem.Detail.ShouldContain($"{TestData.IdOf("db-1")} on host-a, {other} on host-b");
        (await gateway.Http.GetAsync($"/api/v1/vms/{other}/policy")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_machine_is_given_a_policy_of_its_own_and_loses_it_again()
    {
        await using var gateway = await StartAsync(TestData.Host("host-a", "db-1"));

        (await gateway.PutAsync("/api/v1/vms/db-1/policy", """{"policy":"calm","requestedBy":"ann"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        Asked<OverridePolicy>(gateway).ShouldBe(new OverridePolicy(TestData.IdOf("db-1"), "calm", "ann"));
        gateway.Bus.Requests.Clear();

        (await gateway.Http.DeleteAsync("/api/v1/vms/db-1/policy?requestedBy=ann")).StatusCode.ShouldBe(HttpStatusCode.OK);
        Asked<OverridePolicy>(gateway).ShouldBe(new OverridePolicy(TestData.IdOf("db-1"), null, "ann"));
    }

    [Fact]
    public async Task The_policy_of_a_machine_that_is_gone_can_be_taken_away_by_its_UUID()
    {
        await using var gateway = await StartAsync(TestData.Host("host-a"));

        (await gateway.Http.DeleteAsync($"/api/v1/vms/{TestData.IdOf("db-1")}/policy")).StatusCode.ShouldBe(HttpStatusCode.OK);
        Asked<OverridePolicy>(gateway).ShouldBe(new OverridePolicy(TestData.IdOf("db-1"), null, "api"));
        await GatewayFixture.ProblemAsync(await gateway.Http.DeleteAsync("/api/v1/vms/db-1/policy"), HttpStatusCode.NotFound, ApiProblemTypes.NotFound);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.Conflict, ApiProblemTypes.PolicyConflict)]
    [InlineData(false, HttpStatusCode.NotFound, ApiProblemTypes.NotFound)]
    public async Task A_policy_that_cannot_be_given_is_told(bool isKnown, HttpStatusCode status, string type)
    {
        await using var gateway = await StartAsync(TestData.Host("host-a", "db-1"));
        gateway.Bus.Answer<OverridePolicy, PolicyAnswer>(_ => new(false, "it cannot be"));
        gateway.Bus.Answer<GetPolicy, GetPolicyAnswer>(_ => isKnown ? new(new PolicyView(Calm, 2, false), [2]) : new(null, []));

        (await GatewayFixture.ProblemAsync(await gateway.PutAsync("/api/v1/vms/db-1/policy", """{"policy":"calm"}"""), status, type)).Detail.ShouldBe("it cannot be");
    }
}
