using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Api;

/// <summary>The rules that say who may be where.</summary>
internal sealed class RulesApi(SchedulerClient scheduler, IOptions<GatewayOptions> options, ILogger<RulesApi> logger)
{
    private const string Root = "/api/v1/rules";
    private static readonly string[] DocumentTypes = ["application/yaml", "application/json"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root, (HttpContext context, RulesApi api) => api.ShowAsync(context));
        routes.MapPut(Root, (HttpContext context, RulesApi api) => api.ApplyAsync(context));
    }

    private async Task<IResult> ShowAsync(HttpContext context)
    {
        QueryReader.RejectUnknown(context.Request);
        return Results.Json(await scheduler.RulesAsync(context.RequestAborted), MeshJson.Options);
    }

    private async Task<IResult> ApplyAsync(HttpContext context)
    {
        QueryReader.RejectUnknown(context.Request, "requestedBy", "check");
        var (by, isCheck) = (QueryReader.RequestedBy(context.Request), QueryReader.Flag(context.Request, "check"));
        var document = await BodyReader.ReadTextAsync(context.Request, options.Value.MaxBodyBytes, DocumentTypes);
        var response = await scheduler.ApplyRulesAsync(new ApplyRules(document, by, isCheck), context.RequestAborted);
        if (!isCheck)
            GatewayLog.Scheduled(logger, "keeping placement rules", by, response.Rules is null ? $"{response.Diagnostics.Count} faults" : "kept");
        return response.Rules is not null
            ? Results.Json(response, MeshJson.Options)
            : throw new ApiException(ApiProblems.InvalidRules(response.Diagnostics));
    }
}
