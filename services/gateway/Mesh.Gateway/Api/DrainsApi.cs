using Mesh.Contracts.Api;
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

/// <summary>Drains hosts, and undoes drains.</summary>
internal sealed class DrainsApi(SchedulerClient scheduler, IOptions<GatewayOptions> options, Random random, ILogger<DrainsApi> logger)
{
    private const string Root = "/api/v1/drains";
    private const int DefaultLimit = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root, (HttpContext context, DrainsApi api) => api.ListAsync(context));
        routes.MapPost(Root, (HttpContext context, DrainsApi api) => api.DrainAsync(context));
        routes.MapGet($"{Root}/{{id}}", (HttpContext context, string id, DrainsApi api) => api.ShowAsync(context, id));
        routes.MapPost($"{Root}/{{id}}/cancel", (HttpContext context, string id, DrainsApi api) => api.CancelAsync(context, id));
        routes.MapPost($"{Root}/{{id}}/undo", (HttpContext context, string id, DrainsApi api) => api.UndoAsync(context, id));
    }

    private async Task<IResult> ListAsync(HttpContext context)
    {
        QueryReader.RejectUnknown(context.Request, "limit");
        var limit = QueryReader.Count(context.Request, "limit", DefaultLimit, SchedulerClient.DrainsMax);
        return Results.Json(await scheduler.DrainsAsync(new ListDrains(CountMax: limit), context.RequestAborted), MeshJson.Options);
    }

    private async Task<IResult> ShowAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        var name = QueryReader.Host(text, "id").Value;
        var listed = await scheduler.DrainsAsync(new ListDrains(name, 1), context.RequestAborted);
        return listed.Drains is [var drain, ..]
            ? Results.Json(drain, MeshJson.Options)
            : throw new ApiException(ApiProblems.NotFound($"drain '{name}' not found, and no drain of a host of that name"));
    }

    private async Task<IResult> DrainAsync(HttpContext context)
    {
        QueryReader.RejectUnknown(context.Request);
        var body = await BodyReader.ReadAsync<DrainBody>(context.Request, options.Value.MaxBodyBytes);
        if (body.Hosts.Count == 0)
            throw new ApiException(ApiProblems.BadRequest([new ApiError("$.hosts", "is empty; expected one or more host names")]));
        var request = new DrainHosts
        {
            Id = IdempotencyKey.GetOrCreate(body.Id, "$.id", longest: 32, random),
            Hosts = body.Hosts,
            Parallel = body.Parallel,
            Order = body.Order,
            RelaxAffinity = body.RelaxAffinity,
            DryRun = body.DryRun,
            RequestedBy = body.RequestedBy,
            Reason = body.Reason,
        };
        return await AnswerAsync(
            context, request.Id, $"Drain of {string.Join(", ", body.Hosts)}", body.RequestedBy, body.DryRun, () => scheduler.DrainAsync(request, context.RequestAborted));
    }

    private async Task<IResult> UndoAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        var name = QueryReader.Host(text, "id").Value;
        var body = await BodyReader.ReadIfAnyAsync<UndoDrainBody>(context.Request, options.Value.MaxBodyBytes) ?? new UndoDrainBody();
        var request = new UndoDrain(IdempotencyKey.GetOrCreate(body.Id, "$.id", longest: 32, random), name, body.RequestedBy, body.DryRun);
        return await AnswerAsync(
            context, request.Id, $"Undo of drain {name}", body.RequestedBy, body.DryRun, () => scheduler.UndoAsync(request, context.RequestAborted));
    }

    private async Task<IResult> CancelAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        var name = QueryReader.Host(text, "id").Value;
        var body = await BodyReader.ReadIfAnyAsync<CancelDrainBody>(context.Request, options.Value.MaxBodyBytes) ?? new CancelDrainBody();
        var answer = await scheduler.CancelAsync(new CancelDrain(name, body.RequestedBy, body.AbortRunning), context.RequestAborted);
        GatewayLog.Scheduled(logger, $"Cancellation of drain {name}", body.RequestedBy, answer.Explanation);
        return answer.Succeeded
            ? Results.Json(answer, MeshJson.Options)
            : throw new ApiException(ApiProblems.NotScheduled("Drain not cancelled", answer.Explanation, answer.IsNotFound));
    }

    private async Task<IResult> AnswerAsync(HttpContext context, string id, string request, string requestedBy, bool isDryRun, Func<Task<DrainAnswer>> send)
    {
        try
        {
            var answer = await send();
            GatewayLog.Scheduled(logger, request, requestedBy, answer.Drain is null ? answer.Explanation : isDryRun ? "planned" : $"started as {id}");
            if (answer.Drain is not { } drain)
                throw new ApiException(ApiProblems.NotScheduled("Drain refused", answer.Explanation, answer.IsNotFound));
            if (isDryRun)
                return Results.Json(drain, MeshJson.Options);
            context.Response.Headers.Location = $"{Root}/{drain.Id}";
            return Results.Json(drain, MeshJson.Options, statusCode: StatusCodes.Status202Accepted);
        }
        catch (ApiException e) when (e.Problem.Type == ApiProblemTypes.ServiceUnavailable)
        {
            throw new ApiException(e.Problem with
            {
                Detail = $"{e.Problem.Detail}; the drain may have been accepted; repeating the request with id '{id}' is safe",
            });
        }
    }
}
