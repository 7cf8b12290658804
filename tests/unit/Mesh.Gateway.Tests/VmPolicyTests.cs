using System.Net;
using System.Net.Http.Json;
using Mesh.Contracts.Api;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

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
        gateway.Bus.Answer<OverridePolicy, PolicyAnswer>(_ => new(true, "explained"));
        gateway.Bus.Answer<GetPolicy, GetPolicyAnswer>(_ => new(new PolicyView(Calm, 2, false), [2]));
        return gateway;
    }

    private static T RequestOf<T>(GatewayFixture gateway) => (T)gateway.Bus.Requests.Single(request => request.Request is T).Request;

    [Fact]
    public async Task The_effective_policy_is_resolved_with_the_labels_reported_by_the_running_host()
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
        var request = RequestOf<ResolvePolicy>(gateway);
        (request.Vm, request.Labels["tier"], request.Named).ShouldBe((TestData.IdOf("db-1"), "gold", null));

        (await gateway.Http.GetFromJsonAsync<VmPolicyView>($"/api/v1/vms/{TestData.IdOf("web-1")}/policy", MeshJson.Options))!.Override.ShouldBeNull();
    }

    [Theory]
    [InlineData("/api/v1/vms/nix/policy")]
    [InlineData("/api/v1/vms/99999999-9999-4999-8999-999999999999/policy")]
    public async Task An_unknown_VM_has_no_policy(string path)
    {
        await using var gateway = await StartAsync(TestData.Host("host-a", "db-1"));
        foreach (var response in (HttpResponseMessage[])[await gateway.Http.GetAsync(path), await gateway.PutAsync(path, """{"policy":"calm"}""")])
            (await GatewayFixture.ProblemAsync(response, HttpStatusCode.NotFound, ApiProblemTypes.NotFound)).Detail.ShouldContain("not found on any host");
    }

    [Fact]
    public async Task An_ambiguous_VM_name_is_rejected_with_the_UUIDs()
    {
        var other = VmId.Parse("99999999-9999-4999-8999-999999999999");
        await using var gateway = await StartAsync(TestData.Host("host-a", "db-1"), With(TestData.Host("host-b", "db-1"), vm => vm with { Id = other }));

        var problem = await GatewayFixture.ProblemAsync(
            await gateway.Http.GetAsync("/api/v1/vms/db-1/policy"), HttpStatusCode.Conflict, ApiProblemTypes.Refused);

        problem.Detail.ShouldContain($"{TestData.IdOf("db-1")} on host-a, {other} on host-b");
        (await gateway.Http.GetAsync($"/api/v1/vms/{other}/policy")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_policy_override_is_set_and_cleared()
    {
        await using var gateway = await StartAsync(TestData.Host("host-a", "db-1"));

        (await gateway.PutAsync("/api/v1/vms/db-1/policy", """{"policy":"calm","requestedBy":"ann"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        RequestOf<OverridePolicy>(gateway).ShouldBe(new OverridePolicy(TestData.IdOf("db-1"), "calm", "ann"));
        gateway.Bus.Requests.Clear();

        (await gateway.Http.DeleteAsync("/api/v1/vms/db-1/policy?requestedBy=ann")).StatusCode.ShouldBe(HttpStatusCode.OK);
        RequestOf<OverridePolicy>(gateway).ShouldBe(new OverridePolicy(TestData.IdOf("db-1"), null, "ann"));
    }

    [Fact]
    public async Task The_override_of_a_deleted_VM_is_cleared_by_its_UUID()
    {
        await using var gateway = await StartAsync(TestData.Host("host-a"));

        (await gateway.Http.DeleteAsync($"/api/v1/vms/{TestData.IdOf("db-1")}/policy")).StatusCode.ShouldBe(HttpStatusCode.OK);
        RequestOf<OverridePolicy>(gateway).ShouldBe(new OverridePolicy(TestData.IdOf("db-1"), null, "api"));
        await GatewayFixture.ProblemAsync(await gateway.Http.DeleteAsync("/api/v1/vms/db-1/policy"), HttpStatusCode.NotFound, ApiProblemTypes.NotFound);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.Conflict, ApiProblemTypes.PolicyConflict)]
    [InlineData(false, HttpStatusCode.NotFound, ApiProblemTypes.NotFound)]
    public async Task A_refused_policy_override_is_a_problem(bool isKnown, HttpStatusCode status, string type)
    {
        await using var gateway = await StartAsync(TestData.Host("host-a", "db-1"));
        gateway.Bus.Answer<OverridePolicy, PolicyAnswer>(_ => new(false, "not possible"));
        gateway.Bus.Answer<GetPolicy, GetPolicyAnswer>(_ => isKnown ? new(new PolicyView(Calm, 2, false), [2]) : new(null, []));

        (await GatewayFixture.ProblemAsync(await gateway.PutAsync("/api/v1/vms/db-1/policy", """{"policy":"calm"}"""), status, type)).Detail.ShouldBe("not possible");
    }
}
