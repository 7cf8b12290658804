using Mesh.Contracts.Policies;
using Mesh.Hosting.Bus;
using Mesh.Policy.Host.Store;
using Mesh.Policy.Selection;

namespace Mesh.Policy.Host.Messages;

/// <summary>Handles queries about policies.</summary>
internal sealed partial class PolicyRequestHandler(PolicyStore store, ILogger<PolicyRequestHandler> log)
    : IRequestHandler<ResolvePolicy, ResolvePolicyAnswer>,
        IRequestHandler<ListPolicies, PolicyList>,
        IRequestHandler<GetPolicy, GetPolicyAnswer>
{
    public async Task<ResolvePolicyAnswer> AnswerAsync(ResolvePolicy request, CancellationToken cancellation)
    {
        var selected = PolicySelection.Select(request, await store.LoadCatalogueAsync(cancellation));
        PolicyMetrics.RecordResolution(selected);
        if (selected.Answer.Effective is null)
            LogUnresolved(request.Vm.ToString(), selected.Answer.Error);
        return selected.Answer;
    }

    public async Task<PolicyList> AnswerAsync(ListPolicies request, CancellationToken cancellation)
    {
        var catalogue = await store.LoadCatalogueAsync(cancellation);
        return new PolicyList(catalogue.Policies, catalogue.Overrides);
    }

    public Task<GetPolicyAnswer> AnswerAsync(GetPolicy request, CancellationToken cancellation) => store.GetAsync(request.Name, request.Version, cancellation);

    [LoggerMessage(4005, LogLevel.Warning, "No policy applies to VM {Vm}: {Error}")]
    private partial void LogUnresolved(string vm, string error);
}
