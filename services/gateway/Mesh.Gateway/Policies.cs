using Mesh.Contracts.Policies;
using Mesh.Gateway.Api;

namespace Mesh.Gateway;

/// <summary>The policy service as the gateway sees it.</summary>
internal sealed class Policies(Requests requests)
{
    public Task<ListedPolicies> ListAsync(CancellationToken cancellation) => AskAsync<ListPolicies, ListedPolicies>(new ListPolicies(), cancellation);

    public Task<ShownPolicy> ShowAsync(string name, int? version, CancellationToken cancellation) =>
        AskAsync<ShowPolicy, ShownPolicy>(new ShowPolicy(name, version), cancellation);

    public Task<KeptPolicy> KeepAsync(KeepPolicy keep, CancellationToken cancellation) => AskAsync<KeepPolicy, KeptPolicy>(keep, cancellation);

    public Task<PolicyAnswer> DeleteAsync(DeletePolicy delete, CancellationToken cancellation) =>
        AskAsync<DeletePolicy, PolicyAnswer>(delete, cancellation);

    public Task<PolicyAnswer> SetDefaultAsync(SetDefaultPolicy set, CancellationToken cancellation) =>
        AskAsync<SetDefaultPolicy, PolicyAnswer>(set, cancellation);

    public Task<PolicyAnswer> OverrideAsync(OverridePolicy wish, CancellationToken cancellation) =>
        AskAsync<OverridePolicy, PolicyAnswer>(wish, cancellation);

    public Task<ResolvedPolicy> ResolveAsync(ResolvePolicy resolve, CancellationToken cancellation) =>
        AskAsync<ResolvePolicy, ResolvedPolicy>(resolve, cancellation);

    /// <summary>What kept a wish about the named policy from being fulfilled.</summary>
    public async Task<ApiProblem> WhyNotAsync(PolicyAnswer answer, string name, CancellationToken cancellation) =>
        (await ShowAsync(name, null, cancellation)).Policy is null
            ? ApiProblems.NotFound(answer.Explanation)
            : ApiProblems.PolicyConflict(answer.Explanation);

    private Task<TReply> AskAsync<TRequest, TReply>(TRequest request, CancellationToken cancellation)
        where TRequest : class
        where TReply : class => requests.AskAsync<TRequest, TReply>("policy", PolicyQueues.Requests, request, cancellation);
}
