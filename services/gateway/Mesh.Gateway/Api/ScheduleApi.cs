using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Api;

/// <summary>The queue, where machines may go, what that is decided by, and hosts that none may come to.</summary>
internal sealed class ScheduleApi(Scheduler scheduler, IOptions<GatewayOptions> options, ILogger<ScheduleApi> logger)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/queue", (HttpContext context, ScheduleApi api) => api.ListQueueAsync(context));
        routes.MapGet("/api/v1/inventory", (HttpContext context, ScheduleApi api) => api.ExportAsync(context));
        routes.MapPost(
            "/api/v1/migrations/{id}/reschedule", (HttpContext context, string id, ScheduleApi api) => api.RescheduleAsync(context, id));
        routes.MapGet("/api/v1/vms/{vm}/targets", (HttpContext context, string vm, ScheduleApi api) => api.RatePlainAsync(context, vm));
        routes.MapPost("/api/v1/vms/{vm}/targets", (HttpContext context, string vm, ScheduleApi api) => api.RateAsync(context, vm));
        routes.MapPost("/api/v1/hosts/{name}/cordon", (HttpContext context, string name, ScheduleApi api) => api.CordonAsync(context, name));
        routes.MapDelete("/api/v1/hosts/{name}/cordon", (HttpContext context, string name, ScheduleApi api) => api.UncordonAsync(context, name));
    }

    private async Task<IResult> ListQueueAsync(HttpContext context)
    {
        QueryReader.Accept(context.Request);
        return Results.Json(await scheduler.QueueAsync(context.RequestAborted), MeshJson.Options);
    }

    private async Task<IResult> ExportAsync(HttpContext context)
    {
        QueryReader.Accept(context.Request);
        return Results.Json(await scheduler.ExportAsync(context.RequestAborted), MeshJson.Options);
    }

    private async Task<IResult> RescheduleAsync(HttpContext context, string text)
    {
        QueryReader.Accept(context.Request);
        var id = QueryReader.Id(text);
        var body = await BodyReader.ReadAsync<RescheduleBody>(context.Request, options.Value.BodyBytesMax);
        if (Objection(body) is { } fault)
            throw new ApiException(ApiProblems.BadRequest([fault]));

        var wish = new RescheduleMigration
        {
            Id = id,
            By = body.By,
            Priority = body.Priority,
            To = body.To,
            Alternatives = body.Alternatives.Count > 0 ? body.Alternatives : null,
            ToAny = body.ToAny,
        };
        var answer = await scheduler.RescheduleAsync(wish, context.RequestAborted);
        Log.Scheduled(logger, $"rescheduling migration {id}", body.By, answer.Explanation);
        return answer.Result switch
        {
            ChangeResult.Accepted => Results.Json(answer, MeshJson.Options),
            ChangeResult.Unknown => throw new ApiException(ApiProblems.NoMigration(id)),
            ChangeResult.AlreadyEnded => throw new ApiException(ApiProblems.NotChangeable(id, answer.Explanation)),
            _ => throw new ApiException(Refused(id, answer)),
        };
    }

    private async Task<IResult> RatePlainAsync(HttpContext context, string vm)
    {
        QueryReader.Accept(context.Request, "to");
        var to = context.Request.Query["to"].ToString() is { Length: > 0 } host ? QueryReader.Host(host, "to") : (HostName?)null;
        return await AnswerAsync(new RateTargets(vm, null, to), context.RequestAborted);
    }

    private async Task<IResult> RateAsync(HttpContext context, string vm)
    {
        QueryReader.Accept(context.Request);
        var body = await BodyReader.ReadAsync<TargetsBody>(context.Request, options.Value.BodyBytesMax);
        return await AnswerAsync(new RateTargets(vm, body.Options, body.To), context.RequestAborted);
    }

    private async Task<IResult> AnswerAsync(RateTargets ask, CancellationToken cancellation)
    {
        var rated = await scheduler.RateAsync(ask, cancellation);

        // What speaks against a move is the answer; that there is nothing to be moved is a problem.
        return rated.Vm is not null
            ? Results.Json(rated, MeshJson.Options)
            : throw new ApiException(ApiProblems.Refused("There is no such machine, or several", rated.Refusals));
    }

    private async Task<IResult> CordonAsync(HttpContext context, string text)
    {
        QueryReader.Accept(context.Request);
        var host = QueryReader.Host(text);
        var body = await BodyReader.ReadIfAnyAsync<CordonBody>(context.Request, options.Value.BodyBytesMax) ?? new CordonBody();
        var answer = await scheduler.CordonAsync(new CordonHost(host, body.By, body.Why), context.RequestAborted);
        return Tell($"{host} is not cordoned", $"cordoning {host}", body.By, answer);
    }

    private async Task<IResult> UncordonAsync(HttpContext context, string text)
    {
        QueryReader.Accept(context.Request, "by");
        var (host, by) = (QueryReader.Host(text), QueryReader.By(context.Request));
        var answer = await scheduler.UncordonAsync(new UncordonHost(host, by), context.RequestAborted);
        return Tell($"{host} stays as it is", $"uncordoning {host}", by, answer);
    }

    private IResult Tell(string title, string wish, string by, SchedulerAnswer answer)
    {
        Log.Scheduled(logger, wish, by, answer.Explanation);
        return answer.Done
            ? Results.Json(answer, MeshJson.Options)
            : throw new ApiException(ApiProblems.NotScheduled(title, answer.Explanation, answer.IsUnknown));
    }

    private static ApiFault? Objection(RescheduleBody body) => body switch
    {
        { Priority: null, To: null, ToAny: false, Alternatives.Count: 0 } => new("$", "names nothing to change; it takes priority, to or toAny"),
        { To: not null, ToAny: true } => new("$.toAny", "excludes to: either these hosts may take the migration, or any"),
        { To: null, Alternatives.Count: > 0 } => new("$.alternatives", "stand beside to, which names the first of the hosts"),
        _ => null,
    };

    private static ApiProblem Refused(MigrationId id, RescheduleAnswer answer)
    {
        var problem = ApiProblems.Refused("The migration stays as it is", answer.Refusals) with { MigrationId = id };
        return answer.Refusals.Count > 0 ? problem : problem with { Detail = answer.Explanation };
    }
}
