using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Gateway.Clients;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Logging;
using Mesh.Gateway.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Api;

/// <summary>Placement rules.</summary>
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
        var (requestedBy, isCheck) = (QueryReader.RequestedBy(context.Request), QueryReader.Flag(context.Request, "check"));
        var document = await BodyReader.ReadTextAsync(context.Request, options.Value.MaxBodyBytes, DocumentTypes);
        var response = await scheduler.ApplyRulesAsync(new ApplyRules(document, requestedBy, isCheck), context.RequestAborted);
        if (!isCheck)
            GatewayLog.Scheduled(logger, "Update of placement rules", requestedBy, response.Rules is null ? $"{response.Diagnostics.Count} errors" : "applied");
        return response.Rules is not null
            ? Results.Json(response, MeshJson.Options)
            : throw new ApiException(ApiProblems.InvalidRules(response.Diagnostics));
    }
}
