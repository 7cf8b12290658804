using Mesh.Contracts.Api;
using Mesh.Contracts.Policies;
using Mesh.Gateway.Problems;

namespace Mesh.Gateway.Clients;

/// <summary>Client of the policy service.</summary>
internal sealed class PoliciesClient(ServiceClient requests)
{
    public Task<PolicyList> ListAsync(CancellationToken cancellation) => SendRequestAsync<ListPolicies, PolicyList>(new ListPolicies(), cancellation);

    public Task<GetPolicyAnswer> GetAsync(string name, int? version, CancellationToken cancellation) =>
        SendRequestAsync<GetPolicy, GetPolicyAnswer>(new GetPolicy(name, version), cancellation);

    public Task<ApplyPolicyAnswer> ApplyAsync(ApplyPolicy apply, CancellationToken cancellation) =>
        SendRequestAsync<ApplyPolicy, ApplyPolicyAnswer>(apply, cancellation);

    public Task<PolicyAnswer> DeleteAsync(DeletePolicy delete, CancellationToken cancellation) =>
        SendRequestAsync<DeletePolicy, PolicyAnswer>(delete, cancellation);

    public Task<PolicyAnswer> SetDefaultAsync(SetDefaultPolicy set, CancellationToken cancellation) =>
        SendRequestAsync<SetDefaultPolicy, PolicyAnswer>(set, cancellation);

    public Task<PolicyAnswer> OverrideAsync(OverridePolicy request, CancellationToken cancellation) =>
        SendRequestAsync<OverridePolicy, PolicyAnswer>(request, cancellation);

    public Task<ResolvePolicyAnswer> ResolveAsync(ResolvePolicy resolve, CancellationToken cancellation) =>
        SendRequestAsync<ResolvePolicy, ResolvePolicyAnswer>(resolve, cancellation);

    /// <summary>The problem for a refused change of the named policy.</summary>
    public async Task<ApiProblem> CreateProblemAsync(PolicyAnswer answer, string name, CancellationToken cancellation) =>
        (await GetAsync(name, null, cancellation)).Policy is null
            ? ApiProblems.NotFound(answer.Explanation)
            : ApiProblems.PolicyConflict(answer.Explanation);

    private Task<TReply> SendRequestAsync<TRequest, TReply>(TRequest request, CancellationToken cancellation)
        where TRequest : class
        where TReply : class => requests.RequestAsync<TRequest, TReply>("policy", PolicyQueues.Requests, request, cancellation);
}
