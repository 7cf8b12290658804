using Mesh.Contracts.Policies;
using Mesh.Hosting.Bus;

namespace Mesh.Migrations.Host.Policies;

/// <summary>Resolves the policy that applies to a VM.</summary>
internal interface IPolicyClient
{
    /// <summary>The policy that applies; none if the named one does not exist.</summary>
    Task<ResolvePolicyAnswer> ResolveAsync(ResolvePolicy request, CancellationToken cancellation);
}

/// <summary>The policy service, over the bus. If it does not answer, the migration request is refused and nothing is started.</summary>
internal sealed class PolicyClient(IMessageBus bus) : IPolicyClient
{
    public Task<ResolvePolicyAnswer> ResolveAsync(ResolvePolicy request, CancellationToken cancellation) =>
        bus.RequestAsync<ResolvePolicy, ResolvePolicyAnswer>(PolicyQueues.Requests, request, cancellation);
}
