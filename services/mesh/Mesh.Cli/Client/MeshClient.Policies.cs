using System.Text;
using Mesh.Contracts.Api;
using Mesh.Contracts.Policies;

namespace Mesh.Cli.Client;

/// <summary>The gateway's policy resources.</summary>
internal sealed partial class MeshClient
{
    public Task<PolicyList> PoliciesAsync(CancellationToken cancellation) =>
        SendAsync<PolicyList>(HttpMethod.Get, "api/v1/policies", null, cancellation);

    /// <summary>A version of a policy; null for the newest.</summary>
    public Task<GetPolicyAnswer> PolicyAsync(string name, int? version, CancellationToken cancellation) => SendAsync<GetPolicyAnswer>(
        HttpMethod.Get, $"api/v1/policies/{Escape(name)}{(version is { } number ? $"?version={number}" : "")}", null, cancellation);

    public Task<PolicyView> ApplyPolicyAsync(string name, string document, string requestedBy, CancellationToken cancellation) => SendAsync<PolicyView>(
        HttpMethod.Put, $"api/v1/policies/{Escape(name)}?requestedBy={Escape(requestedBy)}", new StringContent(document, Encoding.UTF8, "application/yaml"), cancellation);

    public Task<PolicyAnswer> DeletePolicyAsync(string name, string requestedBy, CancellationToken cancellation) =>
        SendAsync<PolicyAnswer>(HttpMethod.Delete, $"api/v1/policies/{Escape(name)}?requestedBy={Escape(requestedBy)}", null, cancellation);

    public Task<PolicyAnswer> SetDefaultPolicyAsync(string name, string requestedBy, CancellationToken cancellation) =>
        SendAsync<PolicyAnswer>(HttpMethod.Put, "api/v1/policy-default", Body(new PolicyDefaultBody { Name = name, RequestedBy = requestedBy }), cancellation);

    /// <summary>The effective policy of a VM, by its name or UUID.</summary>
    public Task<VmPolicyView> VmPolicyAsync(string vm, CancellationToken cancellation) =>
        SendAsync<VmPolicyView>(HttpMethod.Get, $"api/v1/vms/{Escape(vm)}/policy", null, cancellation);

    /// <summary>Sets a VM's policy override, or removes it if <paramref name="policy"/> is null.</summary>
    public Task<PolicyAnswer> OverridePolicyAsync(string vm, string? policy, string requestedBy, CancellationToken cancellation) => policy is null
        ? SendAsync<PolicyAnswer>(HttpMethod.Delete, $"api/v1/vms/{Escape(vm)}/policy?requestedBy={Escape(requestedBy)}", null, cancellation)
        : SendAsync<PolicyAnswer>(HttpMethod.Put, $"api/v1/vms/{Escape(vm)}/policy", Body(new VmPolicyBody { Policy = policy, RequestedBy = requestedBy }), cancellation);

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
