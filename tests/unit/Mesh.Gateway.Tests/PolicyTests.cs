using System.Net;
using System.Net.Http.Json;
using Mesh.Contracts.Api;
using Mesh.Contracts.Documents;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Serialization;

namespace Mesh.Gateway.Tests;

public sealed class PolicyTests
{
    private const string Document = "name: calm\ndescription: takes its time\n";

    private static readonly PolicyView Calm = new(new MigrationPolicy { Name = "calm", Description = "takes its time" }, 2, IsDefault: false, "ann", TestData.Noon);

    [Fact]
    public async Task Policies_are_listed_with_overrides()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ListPolicies, PolicyList>(_ => new([Calm], [new(TestData.IdOf("db-1"), "calm", "ann", TestData.Noon)]));

        var listed = await gateway.Http.GetFromJsonAsync<PolicyList>("/api/v1/policies", MeshJson.Options);

        listed!.Policies.ShouldHaveSingleItem().Policy.Name.ShouldBe("calm");
        listed.Overrides.ShouldHaveSingleItem().Policy.ShouldBe("calm");
        gateway.Bus.Requests.ShouldHaveSingleItem().Queue.ShouldBe(PolicyQueues.Requests);
    }

    [Fact]
    public async Task A_policy_is_shown_by_version_or_not_found()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<GetPolicy, GetPolicyAnswer>(show => (show.Name, show.Version) switch
        {
            ("calm", null or 2) => new(Calm, [1, 2]),
            ("calm", _) => new(null, [1, 2]),
            _ => new(null, []),
        });

        (await gateway.Http.GetFromJsonAsync<GetPolicyAnswer>("/api/v1/policies/calm", MeshJson.Options))!.Versions.ShouldBe([1, 2]);
        (await gateway.Http.GetFromJsonAsync<GetPolicyAnswer>("/api/v1/policies/calm?version=2", MeshJson.Options))!.Policy!.Version.ShouldBe(2);
        (await NotFoundAsync("/api/v1/policies/calm?version=0")).ShouldContain("no version 0; available versions: 1, 2");
        (await NotFoundAsync("/api/v1/policies/wild")).ShouldContain("'wild'");
        (await GatewayFixture.ProblemAsync(
            await gateway.Http.GetAsync("/api/v1/policies/calm?version=x"), HttpStatusCode.BadRequest, ApiProblemTypes.BadRequest)).Detail.ShouldContain("version");

        async Task<string> NotFoundAsync(string path) =>
            (await GatewayFixture.ProblemAsync(await gateway.Http.GetAsync(path), HttpStatusCode.NotFound, ApiProblemTypes.NotFound)).Detail;
    }

    [Theory]
    [InlineData(false, Document, "application/yaml", HttpStatusCode.Created)]
    [InlineData(true, Document, "application/yaml", HttpStatusCode.OK)]
    [InlineData(true, """{"description":"takes its time","name":"calm"}""", "application/json", HttpStatusCode.OK)]
    [InlineData(true, "limits: { progressTimeout: 5 s, name: wild }\nsteps:\n  - name: wild\n  - [name, wild]\nname: calm\n", "application/yaml", HttpStatusCode.OK)]
    public async Task A_document_is_sent_unchanged(bool isKnown, string document, string mediaType, HttpStatusCode status)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<GetPolicy, GetPolicyAnswer>(_ => isKnown ? new(Calm, [1]) : new(null, []));
        gateway.Bus.Answer<ApplyPolicy, ApplyPolicyAnswer>(_ => new(Calm, []));

        var response = await gateway.PutAsync("/api/v1/policies/calm?requestedBy=ann", document, mediaType);

        response.StatusCode.ShouldBe(status);
        (await response.Content.ReadFromJsonAsync<PolicyView>(MeshJson.Options))!.Policy.Name.ShouldBe("calm");
        gateway.Bus.Requests.Last().Request.ShouldBe(new ApplyPolicy(document, "ann"));
    }

    [Theory]
    [InlineData("name: wild\n", "application/yaml")]
    [InlineData("""{"limits":{"name":"calm"},"name":"wild"}""", "application/json")]
    public async Task A_document_with_another_name_is_rejected(string document, string mediaType)
    {
        await using var gateway = await GatewayFixture.StartAsync();

        var problem = await GatewayFixture.ProblemAsync(
            await gateway.PutAsync("/api/v1/policies/calm", document, mediaType), HttpStatusCode.BadRequest, ApiProblemTypes.BadRequest);

        problem.Detail.ShouldContain("the document is named 'wild', but the URL names 'calm'");
        gateway.Bus.Requests.ShouldBeEmpty();
    }

    public static TheoryData<string> Broken => ["", "name", "name: [", "{{{", "- name\n- wild\n", "name:\n  a: wild\n", "x: &a [*a, *a]\n", new string('[', 60_000)];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task The_policy_service_validates_documents_and_reports_all_errors(string document)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        DocumentDiagnostic[] errors = [new(3, "steps[0].when", "is missing"), new(0, "", "is empty")];
        gateway.Bus.Answer<GetPolicy, GetPolicyAnswer>(_ => new(Calm, [1]));
        gateway.Bus.Answer<ApplyPolicy, ApplyPolicyAnswer>(_ => new(null, errors));

        var problem = await GatewayFixture.ProblemAsync(
            await gateway.PutAsync("/api/v1/policies/calm", document, "application/yaml"), HttpStatusCode.UnprocessableEntity, ApiProblemTypes.InvalidPolicy);

        problem.Diagnostics.ShouldBe(errors);
        problem.Detail.ShouldBe("line 3: steps[0].when: is missing; is empty");
    }

    [Fact]
    public async Task Only_documents_are_accepted()
    {
        await using var gateway = await GatewayFixture.StartAsync(("Gateway:MaxBodyBytes", "1024"));

        (await GatewayFixture.ProblemAsync(
            await gateway.PutAsync("/api/v1/policies/calm", Document, "text/plain"), HttpStatusCode.UnsupportedMediaType, ApiProblemTypes.BadRequest))
            .Detail.ShouldContain("use application/yaml or application/json");
        await GatewayFixture.ProblemAsync(
            await gateway.PutAsync("/api/v1/policies/calm", new string(' ', 2000), "application/yaml"), HttpStatusCode.RequestEntityTooLarge, ApiProblemTypes.BadRequest);
        using var bytes = new ByteArrayContent([0x6e, 0xff, 0xfe]) { Headers = { { "Content-Type", "application/yaml" } } };
        (await GatewayFixture.ProblemAsync(
            await gateway.Http.PutAsync("/api/v1/policies/calm", bytes), HttpStatusCode.BadRequest, ApiProblemTypes.BadRequest)).Detail.ShouldContain("UTF-8");
        gateway.Bus.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true, true, HttpStatusCode.OK, null)]
    [InlineData(false, true, HttpStatusCode.Conflict, ApiProblemTypes.PolicyConflict)]
    [InlineData(false, false, HttpStatusCode.NotFound, ApiProblemTypes.NotFound)]
    public async Task Deleting_and_setting_the_default_return_their_results(bool done, bool isKnown, HttpStatusCode status, string? type)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<DeletePolicy, PolicyAnswer>(_ => new(done, "explained"));
        gateway.Bus.Answer<SetDefaultPolicy, PolicyAnswer>(_ => new(done, "explained"));
        gateway.Bus.Answer<GetPolicy, GetPolicyAnswer>(_ => isKnown ? new(Calm, [1]) : new(null, []));

        var deleted = await gateway.Http.DeleteAsync("/api/v1/policies/calm?requestedBy=ann");
        gateway.Bus.Requests.First().Request.ShouldBe(new DeletePolicy("calm", "ann"));
        gateway.Bus.Requests.Clear();
        var set = await gateway.PutAsync("/api/v1/policy-default", """{"name":"calm","requestedBy":"ann"}""");
        gateway.Bus.Requests.First().Request.ShouldBe(new SetDefaultPolicy("calm", "ann"));

        foreach (var response in (HttpResponseMessage[])[deleted, set])
            if (type is null)
                (await response.Content.ReadFromJsonAsync<PolicyAnswer>(MeshJson.Options)).ShouldBe(new PolicyAnswer(true, "explained"));
            else
                (await GatewayFixture.ProblemAsync(response, status, type)).Detail.ShouldBe("explained");
    }
}
