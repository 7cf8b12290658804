using Mesh.Contracts.Policies;
using Mesh.Hosting.Bus;
using Mesh.Policy.Host.Store;
using Mesh.Policy.Selection;

namespace Mesh.Policy.Host.Messages;

/// <summary>Answers whoever asks about policies.</summary>
internal sealed partial class Requests(PolicyStore store, ILogger<Requests> log)
    : IRequestHandler<ResolvePolicy, ResolvedPolicy>,
        IRequestHandler<ListPolicies, ListedPolicies>,
        IRequestHandler<ShowPolicy, ShownPolicy>
{
    public async Task<ResolvedPolicy> AnswerAsync(ResolvePolicy request, CancellationToken cancellation)
    {
        var selected = PolicySelection.For(request, await store.CatalogueAsync(cancellation));
        PolicyMetrics.Resolved(selected);
        if (selected.Answer.Effective is null)
            LogUnresolved(request.Vm.ToString(), selected.Answer.Error);
        return selected.Answer;
    }

    public async Task<ListedPolicies> AnswerAsync(ListPolicies request, CancellationToken cancellation)
    {
        var catalogue = await store.CatalogueAsync(cancellation);
        return new ListedPolicies(catalogue.Policies, catalogue.Overrides);
    }

    public Task<ShownPolicy> AnswerAsync(ShowPolicy request, CancellationToken cancellation) => store.ShowAsync(request.Name, request.Version, cancellation);

    [LoggerMessage(4005, LogLevel.Warning, "No policy counts for machine {Vm}: {Error}")]
    private partial void LogUnresolved(string vm, string error);
}
