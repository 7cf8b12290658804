using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Gateway.Clients;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Api;

/// <summary>The effective policies of VMs, and policy overrides.</summary>
internal sealed class VmPolicyApi(MigrationsClient migrations, PoliciesClient policies, IOptions<GatewayOptions> options)
{
    private const string Root = "/api/v1/vms/{vm}/policy";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root, (HttpContext context, string vm, VmPolicyApi api) => api.ExplainAsync(context, vm));
        routes.MapPut(Root, (HttpContext context, string vm, VmPolicyApi api) => api.OverrideAsync(context, vm));
        routes.MapDelete(Root, (HttpContext context, string vm, VmPolicyApi api) => api.ClearAsync(context, vm));
    }

    private async Task<IResult> ExplainAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        var vm = await FindAsync(text, context.RequestAborted) ?? throw Unknown(text);
        var resolved = await policies.ResolveAsync(new ResolvePolicy(vm.Id, vm.Labels), context.RequestAborted);
        if (resolved.Effective is not { } effective)
            throw new ApiException(ApiProblems.PolicyConflict(resolved.Error));
        var listed = await policies.ListAsync(context.RequestAborted);
        return Results.Json(
            new VmPolicyView(vm.Id, vm.Name, effective, listed.Overrides.FirstOrDefault(item => item.Vm == vm.Id)), MeshJson.Options);
    }

    private async Task<IResult> OverrideAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        var body = await BodyReader.ReadAsync<VmPolicyBody>(context.Request, options.Value.MaxBodyBytes);
        var vm = await FindAsync(text, context.RequestAborted) ?? throw Unknown(text);
        var answer = await policies.OverrideAsync(new OverridePolicy(vm.Id, body.Policy, body.RequestedBy), context.RequestAborted);
        return answer.Succeeded
            ? Results.Json(answer, MeshJson.Options)
            : throw new ApiException(await policies.CreateProblemAsync(answer, body.Policy, context.RequestAborted));
    }

    private async Task<IResult> ClearAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request, "requestedBy");

        // A VM that no longer exists may still have an override, by its UUID.
        var id = (await FindAsync(text, context.RequestAborted))?.Id
            ?? (Guid.TryParse(text, out var uuid) ? new VmId(uuid) : throw Unknown(text));
        var answer = await policies.OverrideAsync(new OverridePolicy(id, null, QueryReader.RequestedBy(context.Request)), context.RequestAborted);
        return answer.Succeeded ? Results.Json(answer, MeshJson.Options) : throw new ApiException(ApiProblems.PolicyConflict(answer.Explanation));
    }

    /// <summary>The VM of that name or UUID, as reported by the host that runs it; null if unknown.</summary>
    private async Task<VmDescription?> FindAsync(string text, CancellationToken cancellation)
    {
        var id = Guid.TryParse(text, out var uuid) ? new VmId(uuid) : (VmId?)null;
        var views = (await migrations.VmsAsync(cancellation)).Where(view => view.Vm.Name == text || view.Vm.Id == id).ToList();
        if (views.DistinctBy(view => view.Vm.Id).Count() > 1)
            throw new ApiException(ApiProblems.Refused(
                "Ambiguous VM name",
                [
                    new Refusal(
                        RefusalCode.AmbiguousVm,
                        $"several VMs are named '{text}'; use the UUID: {string.Join(", ", views.Select(view => $"{view.Vm.Id} on {view.Host}"))}"),
                ]));
        return views.Select(view => view.Vm).MinBy(vm => vm.Status is VmStatus.Down or VmStatus.MigratingTo);
    }

    private static ApiException Unknown(string text) => new(ApiProblems.NotFound($"VM '{text}' not found on any host"));
}
