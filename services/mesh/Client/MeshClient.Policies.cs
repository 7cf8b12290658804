using System.Text;
using Mesh.Contracts.Policies;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Client;

/// <summary>The gateway's resources about policies.</summary>
internal sealed partial class MeshClient
{
    public Task<PolicyList> PoliciesAsync(CancellationToken cancellation) =>
        SendAsync<PolicyList>(HttpMethod.Get, "api/v1/policies", null, cancellation);

    /// <summary>A policy.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Which version; null for the newest.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public Task<GetPolicyAnswer> PolicyAsync(string name, int? version, CancellationToken cancellation) => SendAsync<GetPolicyAnswer>(
        HttpMethod.Get, $"api/v1/policies/{Escape(name)}{(version is { } number ? $"?version={number}" : "")}", null, cancellation);

    public Task<PolicyView> ApplyPolicyAsync(string name, string document, string by, CancellationToken cancellation) => SendAsync<PolicyView>(
        HttpMethod.Put, $"api/v1/policies/{Escape(name)}?requestedBy={Escape(by)}", new StringContent(document, Encoding.UTF8, "application/yaml"), cancellation);

    public Task<PolicyAnswer> DeletePolicyAsync(string name, string by, CancellationToken cancellation) =>
        SendAsync<PolicyAnswer>(HttpMethod.Delete, $"api/v1/policies/{Escape(name)}?requestedBy={Escape(by)}", null, cancellation);

    public Task<PolicyAnswer> SetDefaultPolicyAsync(string name, string by, CancellationToken cancellation) =>
        SendAsync<PolicyAnswer>(HttpMethod.Put, "api/v1/policy-default", Body(new PolicyDefaultBody { Name = name, RequestedBy = by }), cancellation);

    /// <summary>The policy that counts for a machine, by its name or UUID.</summary>
    public Task<VmPolicyView> VmPolicyAsync(string vm, CancellationToken cancellation) =>
        SendAsync<VmPolicyView>(HttpMethod.Get, $"api/v1/vms/{Escape(vm)}/policy", null, cancellation);

    /// <summary>Gives a machine a policy of its own, or takes it away where <paramref name="policy"/> is null.</summary>
    public Task<PolicyAnswer> OverridePolicyAsync(string vm, string? policy, string by, CancellationToken cancellation) => policy is null
        ? SendAsync<PolicyAnswer>(HttpMethod.Delete, $"api/v1/vms/{Escape(vm)}/policy?requestedBy={Escape(by)}", null, cancellation)
        : SendAsync<PolicyAnswer>(HttpMethod.Put, $"api/v1/vms/{Escape(vm)}/policy", Body(new VmPolicyBody { Policy = policy, RequestedBy = by }), cancellation);

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
