using Mesh.Contracts.Policies;
using Mesh.Hosting.Bus;

namespace Mesh.Migrations.Host.Policies;

/// <summary>The policy service, over the bus. If it does not answer, whoever asks for a migration is told so, and nothing is begun.</summary>
internal sealed class PolicyClient(IMessageBus bus) : IPolicyClient
{
    public Task<ResolvePolicyAnswer> ResolveAsync(ResolvePolicy ask, CancellationToken cancellation) =>
        bus.RequestAsync<ResolvePolicy, ResolvePolicyAnswer>(PolicyQueues.Requests, ask, cancellation);
}
