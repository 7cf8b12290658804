using Mesh.Contracts.Api;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Serialization;
using Mesh.Documents;
using Mesh.Documents.Yaml;
using Mesh.Gateway.Clients;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Api;

/// <summary>Stored policies, and the default policy.</summary>
internal sealed class PoliciesApi(PoliciesClient policies, IOptions<GatewayOptions> options)
{
    private const string Root = "/api/v1/policies";
    private static readonly string[] DocumentTypes = ["application/yaml", "application/json"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root, (HttpContext context, PoliciesApi api) => api.ListAsync(context));
        routes.MapGet($"{Root}/{{name}}", (HttpContext context, string name, PoliciesApi api) => api.ShowAsync(context, name));
        routes.MapPut($"{Root}/{{name}}", (HttpContext context, string name, PoliciesApi api) => api.ApplyAsync(context, name));
        routes.MapDelete($"{Root}/{{name}}", (HttpContext context, string name, PoliciesApi api) => api.DeleteAsync(context, name));

        // Not below the policies, where it would reserve a policy's name.
        routes.MapPut("/api/v1/policy-default", (HttpContext context, PoliciesApi api) => api.SetDefaultAsync(context));
    }

    private async Task<IResult> ListAsync(HttpContext context)
    {
        QueryReader.RejectUnknown(context.Request);
        return Results.Json(await policies.ListAsync(context.RequestAborted), MeshJson.Options);
    }

    private async Task<IResult> ShowAsync(HttpContext context, string name)
    {
        QueryReader.RejectUnknown(context.Request, "version");
        var version = QueryReader.Number(context.Request, "version", min: 0, max: int.MaxValue);
        var shown = await policies.GetAsync(name, version, context.RequestAborted);
        return shown.Policy is not null
            ? Results.Json(shown, MeshJson.Options)
            : throw new ApiException(ApiProblems.NotFound(shown.Versions.Count == 0
                ? $"policy '{name}' not found"
                : $"policy '{name}' has no version {version}; available versions: {string.Join(", ", shown.Versions)}"));
    }

    private async Task<IResult> ApplyAsync(HttpContext context, string name)
    {
        QueryReader.RejectUnknown(context.Request, "requestedBy");
        var document = await BodyReader.ReadTextAsync(context.Request, options.Value.MaxBodyBytes, DocumentTypes);
        if (ReadName(document) is { } documentName && documentName != name)
            throw new ApiException(ApiProblems.BadRequest([new ApiError("name", $"the document is named '{documentName}', but the URL names '{name}'")]));

        var before = await policies.GetAsync(name, null, context.RequestAborted);
        var response = await policies.ApplyAsync(new ApplyPolicy(document, QueryReader.RequestedBy(context.Request)), context.RequestAborted);
        if (response.Policy is not { } view)
            throw new ApiException(ApiProblems.InvalidPolicy(response.Diagnostics));
        return Results.Json(
            view, MeshJson.Options, statusCode: before.Policy is null ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private async Task<IResult> DeleteAsync(HttpContext context, string name)
    {
        QueryReader.RejectUnknown(context.Request, "requestedBy");
        return await AnswerAsync(
            await policies.DeleteAsync(new DeletePolicy(name, QueryReader.RequestedBy(context.Request)), context.RequestAborted), name, context.RequestAborted);
    }

    private async Task<IResult> SetDefaultAsync(HttpContext context)
    {
        QueryReader.RejectUnknown(context.Request);
        var body = await BodyReader.ReadAsync<PolicyDefaultBody>(context.Request, options.Value.MaxBodyBytes);
        return await AnswerAsync(
            await policies.SetDefaultAsync(new SetDefaultPolicy(body.Name, body.RequestedBy), context.RequestAborted), body.Name, context.RequestAborted);
    }

    private async Task<IResult> AnswerAsync(PolicyAnswer answer, string name, CancellationToken cancellation) => answer.Succeeded
        ? Results.Json(answer, MeshJson.Options)
        : throw new ApiException(await policies.CreateProblemAsync(answer, name, cancellation));

    /// <summary>The name in a document; null if it has none or cannot be parsed: the policy service reports its errors.</summary>
    private static string? ReadName(string document) =>
        YamlTree.Read(document, out _) is DocumentMap map && map.Fields.FirstOrDefault(field => field.Name == "name")?.Value is DocumentScalar name ? name.Text : null;
}
