using Mesh.Contracts.Policies;
using Mesh.Gateway.Api;

namespace Mesh.Gateway;

/// <summary>The policy service as the gateway sees it.</summary>
internal sealed class PoliciesClient(ServiceClient requests)
{
    public Task<PolicyList> ListAsync(CancellationToken cancellation) => SendRequestAsync<ListPolicies, PolicyList>(new ListPolicies(), cancellation);

    public Task<GetPolicyAnswer> GetAsync(string name, int? version, CancellationToken cancellation) =>
        SendRequestAsync<GetPolicy, GetPolicyAnswer>(new GetPolicy(name, version), cancellation);

    public Task<ApplyPolicyAnswer> ApplyAsync(ApplyPolicy keep, CancellationToken cancellation) => SendRequestAsync<ApplyPolicy, ApplyPolicyAnswer>(keep, cancellation);

    public Task<PolicyAnswer> DeleteAsync(DeletePolicy delete, CancellationToken cancellation) =>
        SendRequestAsync<DeletePolicy, PolicyAnswer>(delete, cancellation);

    public Task<PolicyAnswer> SetDefaultAsync(SetDefaultPolicy set, CancellationToken cancellation) =>
        SendRequestAsync<SetDefaultPolicy, PolicyAnswer>(set, cancellation);

    public Task<PolicyAnswer> OverrideAsync(OverridePolicy request, CancellationToken cancellation) =>
        SendRequestAsync<OverridePolicy, PolicyAnswer>(request, cancellation);

    public Task<ResolvePolicyAnswer> ResolveAsync(ResolvePolicy resolve, CancellationToken cancellation) =>
        SendRequestAsync<ResolvePolicy, ResolvePolicyAnswer>(resolve, cancellation);

    /// <summary>What kept a wish about the named policy from being fulfilled.</summary>
    public async Task<ApiProblem> CreateProblemAsync(PolicyAnswer answer, string name, CancellationToken cancellation) =>
        (await GetAsync(name, null, cancellation)).Policy is null
            ? ApiProblems.NotFound(answer.Explanation)
            : ApiProblems.PolicyConflict(answer.Explanation);

    private Task<TReply> SendRequestAsync<TRequest, TReply>(TRequest request, CancellationToken cancellation)
        where TRequest : class
        where TReply : class => requests.RequestAsync<TRequest, TReply>("policy", PolicyQueues.Requests, request, cancellation);
}
