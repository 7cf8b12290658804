using Mesh.Contracts.Api;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Serialization;
using Mesh.Gateway.Clients;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Api;

/// <summary>Hosts, their VMs, and the gateway's health.</summary>
internal sealed class HostsApi(MigrationsClient migrations, SchedulerClient scheduler, IOptions<GatewayOptions> options)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/hosts", (HttpContext context, HostsApi api) => api.ListAsync(context));
        routes.MapGet("/api/v1/hosts/{name}", (HttpContext context, string name, HostsApi api) => api.ShowAsync(context, name));
        routes.MapDelete("/api/v1/hosts/{name}", (HttpContext context, string name, HostsApi api) => api.ForgetAsync(context, name));
        routes.MapPost("/api/v1/hosts/{name}/fence", (HttpContext context, string name, HostsApi api) => api.FenceAsync(context, name));
        routes.MapGet("/api/v1/vms", (HttpContext context, HostsApi api) => api.ListVmsAsync(context));
        routes.MapGet("/health", (HttpContext context, HostsApi api) => api.HealthAsync(context));
    }

    private async Task<IResult> ListAsync(HttpContext context)
    {
        QueryReader.RejectUnknown(context.Request);
        return Results.Json(await HostsAsync(context.RequestAborted), MeshJson.Options);
    }

    private async Task<IResult> ShowAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        var name = QueryReader.Host(text);
        var hosts = await HostsAsync(context.RequestAborted);
        return hosts.FirstOrDefault(host => host.Inventory.Host == name) is { } found
            ? Results.Json(found, MeshJson.Options)
            : throw new ApiException(ApiProblems.NotFound($"host '{name}' not found"));
    }

    private async Task<IReadOnlyList<HostView>> HostsAsync(CancellationToken cancellation) =>
        await scheduler.WithCordonsAsync(await migrations.HostsAsync(cancellation), cancellation);

    private async Task<IResult> ListVmsAsync(HttpContext context)
    {
        QueryReader.RejectUnknown(context.Request);
        return Results.Json(await migrations.VmsAsync(context.RequestAborted), MeshJson.Options);
    }

    private async Task<IResult> ForgetAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request, "requestedBy");
        var name = QueryReader.Host(text);
        var answer = await scheduler.ForgetAsync(new ForgetHost(name, QueryReader.RequestedBy(context.Request)), context.RequestAborted);
        return answer.Succeeded
            ? Results.Json(answer, MeshJson.Options)
            : throw new ApiException(ApiProblems.NotScheduled($"{name} was not forgotten", answer.Explanation, answer.IsNotFound));
    }

    private async Task<IResult> FenceAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        var name = QueryReader.Host(text);
        var body = await BodyReader.ReadAsync<FenceBody>(context.Request, options.Value.MaxBodyBytes);
        var answer = await migrations.FenceAsync(new FenceHost(name, body.Confirmed, body.RequestedBy), context.RequestAborted);
        return answer.Result switch
        {
            FenceResult.Fenced => Results.Json(answer, MeshJson.Options),
            FenceResult.NotFound => throw new ApiException(ApiProblems.NotFound(answer.Explanation)),
            FenceResult.Started => Results.Json(answer, MeshJson.Options, statusCode: StatusCodes.Status202Accepted),
            _ => throw new ApiException(ApiProblems.NotFenced(name, answer.Explanation)),
        };
    }

    // A gateway that cannot reach the migrations service is of no use.
    private async Task<IResult> HealthAsync(HttpContext context)
    {
        await migrations.ListAsync(unfinishedOnly: true, countMax: 1, context.RequestAborted);
        return Results.Json(new { status = "up" }, MeshJson.Options);
    }
}
