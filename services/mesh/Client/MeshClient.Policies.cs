using System.Text;
using Mesh.Contracts.Policies;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Client;

/// <summary>The gateway's resources about policies.</summary>
internal sealed partial class MeshClient
{
    public Task<ListedPolicies> PoliciesAsync(CancellationToken cancellation) =>
        SendAsync<ListedPolicies>(HttpMethod.Get, "api/v1/policies", null, cancellation);

    /// <summary>A policy.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Which version; null for the newest.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public Task<ShownPolicy> PolicyAsync(string name, int? version, CancellationToken cancellation) => SendAsync<ShownPolicy>(
        HttpMethod.Get, $"api/v1/policies/{Part(name)}{(version is { } number ? $"?version={number}" : "")}", null, cancellation);

    public Task<PolicyView> KeepPolicyAsync(string name, string document, string by, CancellationToken cancellation) => SendAsync<PolicyView>(
        HttpMethod.Put, $"api/v1/policies/{Part(name)}?by={Part(by)}", new StringContent(document, Encoding.UTF8, "application/yaml"), cancellation);

    public Task<PolicyAnswer> DeletePolicyAsync(string name, string by, CancellationToken cancellation) =>
        SendAsync<PolicyAnswer>(HttpMethod.Delete, $"api/v1/policies/{Part(name)}?by={Part(by)}", null, cancellation);

    public Task<PolicyAnswer> SetDefaultPolicyAsync(string name, string by, CancellationToken cancellation) =>
        SendAsync<PolicyAnswer>(HttpMethod.Put, "api/v1/policy-default", Body(new PolicyDefaultBody { Name = name, By = by }), cancellation);

    /// <summary>The policy that counts for a machine, by its name or UUID.</summary>
    public Task<VmPolicyView> VmPolicyAsync(string vm, CancellationToken cancellation) =>
        SendAsync<VmPolicyView>(HttpMethod.Get, $"api/v1/vms/{Part(vm)}/policy", null, cancellation);

    /// <summary>Gives a machine a policy of its own, or takes it away where <paramref name="policy"/> is null.</summary>
    public Task<PolicyAnswer> OverridePolicyAsync(string vm, string? policy, string by, CancellationToken cancellation) => policy is null
        ? SendAsync<PolicyAnswer>(HttpMethod.Delete, $"api/v1/vms/{Part(vm)}/policy?by={Part(by)}", null, cancellation)
        : SendAsync<PolicyAnswer>(HttpMethod.Put, $"api/v1/vms/{Part(vm)}/policy", Body(new VmPolicyBody { Policy = policy, By = by }), cancellation);

    private static string Part(string text) => Uri.EscapeDataString(text);
}
