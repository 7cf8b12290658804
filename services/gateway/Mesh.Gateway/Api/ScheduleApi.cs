using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
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

/// <summary>The queue, the ratings of destinations, the scheduler's inventory, and cordons.</summary>
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
        GatewayLog.Scheduled(logger, $"Reschedule of migration {id}", body.RequestedBy, answer.Explanation);
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
        return await RespondAsync(new RateTargets(vm, null, to), context.RequestAborted);
    }

    private async Task<IResult> RateAsync(HttpContext context, string vm)
    {
        QueryReader.RejectUnknown(context.Request);
        var body = await BodyReader.ReadAsync<TargetsBody>(context.Request, options.Value.MaxBodyBytes);
        return await RespondAsync(new RateTargets(vm, body.Options, body.To), context.RequestAborted);
    }

    private async Task<IResult> RespondAsync(RateTargets request, CancellationToken cancellation)
    {
        var rated = await scheduler.RateAsync(request, cancellation);

        // Reasons against a migration are a result; a VM that cannot be identified is a problem.
        return rated.Vm is not null
            ? Results.Json(rated, MeshJson.Options)
            : throw new ApiException(ApiProblems.Refused("VM not found or ambiguous", rated.Refusals));
    }

    private async Task<IResult> CordonAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        var host = QueryReader.Host(text);
        var body = await BodyReader.ReadIfAnyAsync<CordonBody>(context.Request, options.Value.MaxBodyBytes) ?? new CordonBody();
        var answer = await scheduler.CordonAsync(new CordonHost(host, body.RequestedBy, body.Reason), context.RequestAborted);
        return ToResult($"{host} was not cordoned", $"Cordon of {host}", body.RequestedBy, answer);
    }

    private async Task<IResult> UncordonAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request, "requestedBy");
        var (host, requestedBy) = (QueryReader.Host(text), QueryReader.RequestedBy(context.Request));
        var answer = await scheduler.UncordonAsync(new UncordonHost(host, requestedBy), context.RequestAborted);
        return ToResult($"{host} was not uncordoned", $"Uncordon of {host}", requestedBy, answer);
    }

    private IResult ToResult(string title, string request, string requestedBy, SchedulerAnswer answer)
    {
        GatewayLog.Scheduled(logger, request, requestedBy, answer.Explanation);
        return answer.Succeeded
            ? Results.Json(answer, MeshJson.Options)
            : throw new ApiException(ApiProblems.NotScheduled(title, answer.Explanation, answer.IsNotFound));
    }

    private static ApiError? Validate(RescheduleBody body) => body switch
    {
        { Priority: null, To: null, ToAny: false, Alternatives.Count: 0 } => new("$", "contains no change; expected priority, to or toAny"),
        { To: not null, ToAny: true } => new("$.toAny", "cannot be combined with to"),
        { To: null, Alternatives.Count: > 0 } => new("$.alternatives", "requires to, the first host to try"),
        _ => null,
    };

    private static ApiProblem Refused(MigrationId id, RescheduleAnswer answer)
    {
        var problem = ApiProblems.Refused("Migration not rescheduled", answer.Refusals) with { MigrationId = id };
        return answer.Refusals.Count > 0 ? problem : problem with { Detail = answer.Explanation };
    }
}
