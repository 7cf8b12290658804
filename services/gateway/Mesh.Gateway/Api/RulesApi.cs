using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Api;

/// <summary>The rules that say who may be where.</summary>
internal sealed class RulesApi(Scheduler scheduler, IOptions<GatewayOptions> options, ILogger<RulesApi> logger)
{
    private const string Root = "/api/v1/rules";
    private static readonly string[] DocumentTypes = ["application/yaml", "application/json"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root, (HttpContext context, RulesApi api) => api.ShowAsync(context));
        routes.MapPut(Root, (HttpContext context, RulesApi api) => api.KeepAsync(context));
    }

    private async Task<IResult> ShowAsync(HttpContext context)
    {
        QueryReader.Accept(context.Request);
        return Results.Json(await scheduler.RulesAsync(context.RequestAborted), MeshJson.Options);
    }

    private async Task<IResult> KeepAsync(HttpContext context)
    {
        QueryReader.Accept(context.Request, "by", "check");
        var (by, isCheck) = (QueryReader.By(context.Request), QueryReader.Flag(context.Request, "check"));
        var document = await BodyReader.ReadTextAsync(context.Request, options.Value.BodyBytesMax, DocumentTypes);
        var kept = await scheduler.KeepRulesAsync(new KeepRules(document, by, isCheck), context.RequestAborted);
        if (!isCheck)
            Log.Scheduled(logger, "keeping placement rules", by, kept.Rules is null ? $"{kept.Faults.Count} faults" : "kept");
        return kept.Rules is not null
            ? Results.Json(kept, MeshJson.Options)
            : throw new ApiException(ApiProblems.BadRules(kept.Faults));
    }
}
