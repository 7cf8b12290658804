using Mesh.Contracts.Policies;
using Mesh.Contracts.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Api;

/// <summary>The policies that are kept, and which of them counts where nothing else does.</summary>
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

        // Beside the policies and not among them, where it would take a policy's name away.
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
                ? $"there is no policy '{name}'"
                : $"the policy '{name}' has no version {version}; it has {string.Join(", ", shown.Versions)}"));
    }

    private async Task<IResult> ApplyAsync(HttpContext context, string name)
    {
        QueryReader.RejectUnknown(context.Request, "requestedBy");
        var document = await BodyReader.ReadTextAsync(context.Request, options.Value.MaxBodyBytes, DocumentTypes);
        if (PolicyDocumentName.Read(document) is { } own && own != name)
            throw new ApiException(ApiProblems.BadRequest([new ApiError("name", $"the document is named '{own}', but the path says '{name}'")]));

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
}
