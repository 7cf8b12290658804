using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mesh.Gateway.Api;

/// <summary>Hosts and their machines, and whether the gateway is well.</summary>
internal sealed class HostsApi(Migrations migrations)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/hosts", (HttpContext context, HostsApi api) => api.ListAsync(context));
        routes.MapGet("/api/v1/hosts/{name}", (HttpContext context, string name, HostsApi api) => api.ShowAsync(context, name));
        routes.MapGet("/api/v1/vms", (HttpContext context, HostsApi api) => api.ListVmsAsync(context));
        routes.MapGet("/health", (HttpContext context, HostsApi api) => api.HealthAsync(context));
    }

    private async Task<IResult> ListAsync(HttpContext context)
    {
        QueryReader.Accept(context.Request);
        return Results.Json(await migrations.HostsAsync(context.RequestAborted), MeshJson.Options);
    }

    private async Task<IResult> ShowAsync(HttpContext context, string text)
    {
        QueryReader.Accept(context.Request);
        var name = QueryReader.Host(text);
        var hosts = await migrations.HostsAsync(context.RequestAborted);
        return hosts.FirstOrDefault(host => host.Inventory.Host == name) is { } found
            ? Results.Json(found, MeshJson.Options)
            : throw new ApiException(ApiProblems.NotFound($"no agent has reported a host '{name}'"));
    }

    private async Task<IResult> ListVmsAsync(HttpContext context)
    {
        QueryReader.Accept(context.Request);
        var hosts = await migrations.HostsAsync(context.RequestAborted);
        return Results.Json(
            hosts.SelectMany(host => host.Inventory.Vms.Select(vm => new LocatedVm(host.Inventory.Host, vm)))
                .OrderBy(located => located.Vm.Name, StringComparer.Ordinal).ThenBy(located => located.Host.Value, StringComparer.Ordinal),
            MeshJson.Options);
    }

    // Well means of use: a gateway that nobody answers is none.
    private async Task<IResult> HealthAsync(HttpContext context)
    {
        await migrations.ListAsync(unfinishedOnly: true, countMax: 1, context.RequestAborted);
        return Results.Json(new { status = "up" }, MeshJson.Options);
    }
}
