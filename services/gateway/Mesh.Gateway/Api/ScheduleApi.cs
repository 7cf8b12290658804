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
internal sealed class ScheduleApi(SchedulerClient scheduler, IOptions<GatewayOptions> options, ILogger<ScheduleApi> logger)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/queue", (HttpContext context, ScheduleApi api) => api.ListQueueAsync(context));
        routes.MapGet("/api/v1/inventory", (HttpContext context, ScheduleApi api) => api.ExportAsync(context));
        routes.MapPost(
            "/api/v1/migrations/{id}/reschedule", (HttpContext context, string id, ScheduleApi api) => api.RescheduleAsync(context, id));
        routes.MapGet("/api/v1/vms/{vm}/targets", (HttpContext context, string vm, ScheduleApi api) => api.RateWithDefaultsAsync(context, vm));
        routes.MapPost("/api/v1/vms/{vm}/targets", (HttpContext context, string vm, ScheduleApi api) => api.RateAsync(context, vm));
        routes.MapPost("/api/v1/hosts/{name}/cordon", (HttpContext context, string name, ScheduleApi api) => api.CordonAsync(context, name));
        routes.MapDelete("/api/v1/hosts/{name}/cordon", (HttpContext context, string name, ScheduleApi api) => api.UncordonAsync(context, name));
    }

    private async Task<IResult> ListQueueAsync(HttpContext context)
    {
        QueryReader.RejectUnknown(context.Request);
        return Results.Json(await scheduler.QueueAsync(context.RequestAborted), MeshJson.Options);
    }

    private async Task<IResult> ExportAsync(HttpContext context)
    {
        QueryReader.RejectUnknown(context.Request);
        return Results.Json(await scheduler.ExportAsync(context.RequestAborted), MeshJson.Options);
    }

    private async Task<IResult> RescheduleAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        var id = QueryReader.Id(text);
        var body = await BodyReader.ReadAsync<RescheduleBody>(context.Request, options.Value.MaxBodyBytes);
        if (Validate(body) is { } error)
            throw new ApiException(ApiProblems.BadRequest([error]));

        var request = new RescheduleMigration
        {
            Id = id,
            RequestedBy = body.RequestedBy,
            Priority = body.Priority,
            To = body.To,
            Alternatives = body.Alternatives.Count > 0 ? body.Alternatives : null,
            ToAny = body.ToAny,
        };
        var answer = await scheduler.RescheduleAsync(request, context.RequestAborted);
        GatewayLog.Scheduled(logger, $"rescheduling migration {id}", body.RequestedBy, answer.Explanation);
        return answer.Result switch
        {
            ChangeResult.Accepted => Results.Json(answer, MeshJson.Options),
            ChangeResult.NotFound => throw new ApiException(ApiProblems.NoMigration(id)),
            ChangeResult.AlreadyEnded => throw new ApiException(ApiProblems.NotChangeable(id, answer.Explanation)),
            _ => throw new ApiException(Refused(id, answer)),
        };
    }

    private async Task<IResult> RateWithDefaultsAsync(HttpContext context, string vm)
    {
        QueryReader.RejectUnknown(context.Request, "to");
        var to = context.Request.Query["to"].ToString() is { Length: > 0 } host ? QueryReader.Host(host, "to") : (HostName?)null;
        return await AnswerAsync(new RateTargets(vm, null, to), context.RequestAborted);
    }

    private async Task<IResult> RateAsync(HttpContext context, string vm)
    {
        QueryReader.RejectUnknown(context.Request);
        var body = await BodyReader.ReadAsync<TargetsBody>(context.Request, options.Value.MaxBodyBytes);
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
        QueryReader.RejectUnknown(context.Request);
        var host = QueryReader.Host(text);
        var body = await BodyReader.ReadIfAnyAsync<CordonBody>(context.Request, options.Value.MaxBodyBytes) ?? new CordonBody();
        var answer = await scheduler.CordonAsync(new CordonHost(host, body.RequestedBy, body.Reason), context.RequestAborted);
        return ToResult($"{host} is not cordoned", $"cordoning {host}", body.RequestedBy, answer);
    }

    private async Task<IResult> UncordonAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request, "requestedBy");
        var (host, by) = (QueryReader.Host(text), QueryReader.RequestedBy(context.Request));
        var answer = await scheduler.UncordonAsync(new UncordonHost(host, by), context.RequestAborted);
        return ToResult($"{host} stays as it is", $"uncordoning {host}", by, answer);
    }

    private IResult ToResult(string title, string request, string by, SchedulerAnswer answer)
    {
        GatewayLog.Scheduled(logger, request, by, answer.Explanation);
        return answer.Succeeded
            ? Results.Json(answer, MeshJson.Options)
            : throw new ApiException(ApiProblems.NotScheduled(title, answer.Explanation, answer.IsNotFound));
    }

    private static ApiError? Validate(RescheduleBody body) => body switch
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
