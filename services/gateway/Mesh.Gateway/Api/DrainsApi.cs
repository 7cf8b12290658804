using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Api;

/// <summary>Emptying hosts, and filling them again.</summary>
internal sealed partial class DrainsApi(Scheduler scheduler, IOptions<GatewayOptions> options, ILogger<DrainsApi> logger)
{
    private const string Root = "/api/v1/drains";
    private const int ListedUnlessSaid = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root, (HttpContext context, DrainsApi api) => api.ListAsync(context));
        routes.MapPost(Root, (HttpContext context, DrainsApi api) => api.DrainAsync(context));
        routes.MapGet($"{Root}/{{id}}", (HttpContext context, string id, DrainsApi api) => api.ShowAsync(context, id));
        routes.MapPost($"{Root}/{{id}}/withdraw", (HttpContext context, string id, DrainsApi api) => api.WithdrawAsync(context, id));
        routes.MapPost($"{Root}/{{id}}/undo", (HttpContext context, string id, DrainsApi api) => api.UndoAsync(context, id));
    }

    private async Task<IResult> ListAsync(HttpContext context)
    {
        QueryReader.Accept(context.Request, "limit");
        var limit = QueryReader.Count(context.Request, "limit", ListedUnlessSaid, Scheduler.DrainsMax);
        return Results.Json(await scheduler.DrainsAsync(new ListDrains(CountMax: limit), context.RequestAborted), MeshJson.Options);
    }

    private async Task<IResult> ShowAsync(HttpContext context, string text)
    {
        QueryReader.Accept(context.Request);
        var name = QueryReader.Host(text, "id").Value;
        var listed = await scheduler.DrainsAsync(new ListDrains(name, 1), context.RequestAborted);
        return listed.Drains is [var drain, ..]
            ? Results.Json(drain, MeshJson.Options)
            : throw new ApiException(ApiProblems.NotFound($"there is no drain '{name}', and none of a host of that name"));
    }

    private async Task<IResult> DrainAsync(HttpContext context)
    {
        QueryReader.Accept(context.Request);
        var body = await BodyReader.ReadAsync<DrainBody>(context.Request, options.Value.BodyBytesMax);
        if (body.Hosts.Count == 0)
            throw new ApiException(ApiProblems.BadRequest([new ApiFault("$.hosts", "is empty; it takes the names of one host or more")]));
        var wish = new DrainHosts
        {
            Id = GivenIdentity.Of(body.Id, "$.id", longest: 32),
            Hosts = body.Hosts,
            Parallel = body.Parallel,
            Order = body.Order,
            RelaxAffinity = body.RelaxAffinity,
            DryRun = body.DryRun,
            By = body.By,
            Why = body.Why,
        };
        return await AnswerAsync(
            context, wish.Id, $"draining {string.Join(", ", body.Hosts)}", body.By, body.DryRun, () => scheduler.DrainAsync(wish, context.RequestAborted));
    }

    private async Task<IResult> UndoAsync(HttpContext context, string text)
    {
        QueryReader.Accept(context.Request);
        var name = QueryReader.Host(text, "id").Value;
        var body = await BodyReader.ReadIfAnyAsync<UndoBody>(context.Request, options.Value.BodyBytesMax) ?? new UndoBody();
        var wish = new UndoDrain(GivenIdentity.Of(body.Id, "$.id", longest: 32), name, body.By, body.DryRun);
        return await AnswerAsync(
            context, wish.Id, $"undoing the drain {name}", body.By, body.DryRun, () => scheduler.UndoAsync(wish, context.RequestAborted));
    }

    private async Task<IResult> WithdrawAsync(HttpContext context, string text)
    {
        QueryReader.Accept(context.Request);
        var name = QueryReader.Host(text, "id").Value;
        var body = await BodyReader.ReadIfAnyAsync<WithdrawBody>(context.Request, options.Value.BodyBytesMax) ?? new WithdrawBody();
        var answer = await scheduler.WithdrawAsync(new WithdrawDrain(name, body.By, body.AbortRunning), context.RequestAborted);
        Log.Scheduled(logger, $"withdrawing the drain {name}", body.By, answer.Explanation);
        return answer.Done
            ? Results.Json(answer, MeshJson.Options)
            : throw new ApiException(ApiProblems.NotScheduled("The drain is not withdrawn", answer.Explanation, answer.IsUnknown));
    }

    private async Task<IResult> AnswerAsync(HttpContext context, string id, string wish, string by, bool isDry, Func<Task<DrainAnswer>> ask)
    {
        try
        {
            var answer = await ask();
            Log.Scheduled(logger, wish, by, answer.Drain is null ? answer.Explanation : isDry ? "planned" : $"begun as {id}");
            if (answer.Drain is not { } drain)
                throw new ApiException(ApiProblems.NotScheduled("Nothing is drained", answer.Explanation, answer.IsUnknown));
            if (isDry)
                return Results.Json(drain, MeshJson.Options);
            context.Response.Headers.Location = $"{Root}/{drain.Id}";
            return Results.Json(drain, MeshJson.Options, statusCode: StatusCodes.Status202Accepted);
        }
        catch (ApiException e) when (e.Problem.Type == ApiProblemTypes.NoAnswer)
        {
            throw new ApiException(e.Problem with
            {
                Detail = $"{e.Problem.Detail}; whether the drain was accepted is not known: asking again with the id '{id}' is safe",
            });
        }
    }
}
