using System.Text;
using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Gateway.Clients;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Live;
using Mesh.Gateway.Logging;
using Mesh.Gateway.Problems;
using Mesh.Hosting.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Api;

/// <summary>Requests, lists, follows and aborts migrations.</summary>
internal sealed class MigrationsApi(
    MigrationsClient migrations, SchedulerClient scheduler, EventStream stream, IOptions<GatewayOptions> options, Random random, ILogger<MigrationsApi> logger)
{
    private const string Root = "/api/v1/migrations";
    private const int DefaultLimit = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root, (HttpContext context, MigrationsApi api) => api.ListAsync(context));
        routes.MapPost(Root, (HttpContext context, MigrationsApi api) => api.RequestAsync(context));
        routes.MapGet($"{Root}/{{id}}", (HttpContext context, string id, MigrationsApi api) => api.ShowAsync(context, id));
        routes.MapPost($"{Root}/{{id}}/abort", (HttpContext context, string id, MigrationsApi api) => api.AbortAsync(context, id));
        routes.MapGet($"{Root}/{{id}}/events", (HttpContext context, string id, MigrationsApi api) => api.FollowAsync(context, id));
        routes.MapGet($"{Root}/{{id}}/trace", (HttpContext context, string id, MigrationsApi api) => api.ExportAsync(context, id));
        routes.MapGet("/api/v1/events", (HttpContext context, MigrationsApi api) => api.FollowAllAsync(context));
    }

    private async Task<IResult> ListAsync(HttpContext context)
    {
        QueryReader.RejectUnknown(context.Request, "unfinished", "limit");
        var unfinished = QueryReader.Flag(context.Request, "unfinished");
        var limit = QueryReader.Count(context.Request, "limit", DefaultLimit, MigrationsClient.ListedMax);
        return Results.Json(await migrations.ListAsync(unfinished, limit, context.RequestAborted), MeshJson.Options);
    }

    private async Task<IResult> RequestAsync(HttpContext context)
    {
        QueryReader.RejectUnknown(context.Request);
        var body = await BodyReader.ReadAsync<MigrationRequestBody>(context.Request, options.Value.MaxBodyBytes);
        if (string.IsNullOrWhiteSpace(body.Vm))
            throw new ApiException(ApiProblems.BadRequest([new ApiError("$.vm", "is empty; expected the VM's name or UUID")]));

        var id = body.Id ?? MigrationId.New(random);
        var request = new RequestMigration(
            id, body.Vm, body.To, body.Options, body.Limits, body.RequestedBy, MeshTelemetry.NewTraceParent(), body.Alternatives,
            body.Policy, body.Allow, body.DowntimeBudget, body.Deadline)
        {
            Priority = body.Priority,
            RelaxAffinity = body.RelaxAffinity,
            HostsTriedMax = body.HostsTriedMax,
        };
        var hosts = DescribeHosts(body);
        try
        {
            var answer = await scheduler.RequestAsync(request, context.RequestAborted);
            if (answer.Refusals.Count > 0)
            {
                var problem = ApiProblems.Refused(answer);
                GatewayLog.Refused(logger, id, body.Vm, hosts, body.RequestedBy, problem.Detail);
                throw new ApiException(problem);
            }

            GatewayLog.Accepted(logger, id, body.Vm, hosts, body.RequestedBy);
            context.Response.Headers.Location = $"{Root}/{id}";
            var view = await migrations.GetAsync(id, context.RequestAborted);
            return Results.Json(view, MeshJson.Options, statusCode: StatusCodes.Status202Accepted);
        }
        catch (ApiException e) when (e.Problem.Type == ApiProblemTypes.ServiceUnavailable)
        {
            throw new ApiException(e.Problem with
            {
                Detail = $"{e.Problem.Detail}; the migration may have been accepted; repeating the request with id '{id}' is safe",
                MigrationId = id,
            });
        }
    }

    private async Task<IResult> ShowAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        var id = QueryReader.Id(text);
        return await migrations.GetAsync(id, context.RequestAborted) is { } view
            ? Results.Json(await scheduler.WithQueueAsync(view, context.RequestAborted), MeshJson.Options)
            : throw new ApiException(ApiProblems.NoMigration(id));
    }

    private static string DescribeHosts(MigrationRequestBody body)
    {
        var hosts = body.To is { } to ? [to, .. body.Alternatives] : body.Alternatives;
        return hosts.Count == 0 ? "any host" : string.Join(body.To is null ? " or " : ", then ", hosts);
    }

    private async Task<IResult> ExportAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        var id = QueryReader.Id(text);
        return await migrations.ExportAsync(id, context.RequestAborted) is { } trace
            ? Results.Text(trace, "application/jsonl", Encoding.UTF8)
            : throw new ApiException(ApiProblems.NoMigration(id));
    }

    private async Task<IResult> AbortAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        var id = QueryReader.Id(text);
        var body = await BodyReader.ReadIfAnyAsync<AbortBody>(context.Request, options.Value.MaxBodyBytes) ?? new AbortBody();
        var answer = await migrations.AbortAsync(new AbortMigration(id, body.RequestedBy), context.RequestAborted);
        return answer.Result switch
        {
            AbortResult.Aborting => Results.Json(answer, MeshJson.Options, statusCode: StatusCodes.Status202Accepted),
            AbortResult.NotFound => throw new ApiException(ApiProblems.NoMigration(id)),
            _ => throw new ApiException(ApiProblems.NotAbortable(id, answer.Explanation)),
        };
    }

    private Task FollowAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        return stream.FollowAsync(context, QueryReader.Id(text));
    }

    private Task FollowAllAsync(HttpContext context)
    {
        QueryReader.RejectUnknown(context.Request);
        return stream.FollowAllAsync(context);
    }
}
