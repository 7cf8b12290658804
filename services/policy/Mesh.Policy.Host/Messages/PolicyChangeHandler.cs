using Mesh.Contracts.Policies;
using Mesh.Hosting.Bus;
using Mesh.Policy.Documents;
using Mesh.Policy.Host.Store;
using Mesh.Policy.Selection;

namespace Mesh.Policy.Host.Messages;

/// <summary>Changes policies for whoever asks; each change is one transaction, and has its line in the log.</summary>
internal sealed partial class PolicyChangeHandler(PolicyStore store, TimeProvider time, ILogger<PolicyChangeHandler> log)
    : IRequestHandler<ApplyPolicy, ApplyPolicyAnswer>,
        IRequestHandler<DeletePolicy, PolicyAnswer>,
        IRequestHandler<SetDefaultPolicy, PolicyAnswer>,
        IRequestHandler<OverridePolicy, PolicyAnswer>
{
    public async Task<ApplyPolicyAnswer> AnswerAsync(ApplyPolicy request, CancellationToken cancellation)
    {
        var (policy, faults) = PolicyText.Read(request.Document);
        if (policy is null)
            return new ApplyPolicyAnswer(null, faults);

        var kept = await store.ChangeAsync(
            async (tables, catalogue) =>
            {
                if (catalogue.Find(policy.Name) is { } known && PolicyText.Write(known.Policy) == PolicyText.Write(policy))
                    return new SavedPolicy(known, IsNew: false);
                var at = time.GetUtcNow();
                var version = await tables.SaveAsync(policy.Name, request.Document, request.RequestedBy, at);
                return new SavedPolicy(new PolicyView(policy, version, policy.Name == catalogue.Default, request.RequestedBy, at), IsNew: true);
            },
            cancellation);
        if (kept.IsNew)
            LogSaved(policy.Name, kept.View.Version, request.RequestedBy);
        return new ApplyPolicyAnswer(kept.View, []);
    }

    public async Task<PolicyAnswer> AnswerAsync(DeletePolicy request, CancellationToken cancellation)
    {
        var answer = await store.ChangeAsync(async (tables, catalogue) =>
        {
            var shipped = PolicyStore.FindShipped(request.Name, catalogue.Default);
            if (!(await tables.VersionsAsync(request.Name)).Any())
                return new PolicyAnswer(false, shipped is null ? PolicySelection.DescribeMissing(request.Name, catalogue) : $"'{request.Name}' comes with the mesh and stays");
            if (shipped is null && DescribeUse(request.Name, catalogue) is { } needed)
                return new PolicyAnswer(false, needed);
            await tables.DeleteAsync(request.Name);
            return new PolicyAnswer(true, shipped is null ? $"'{request.Name}' is deleted" : $"'{request.Name}' is again as it comes with the mesh");
        }, cancellation);
        if (answer.Succeeded)
            LogDeleted(request.Name, request.RequestedBy);
        return answer;
    }

    public async Task<PolicyAnswer> AnswerAsync(SetDefaultPolicy request, CancellationToken cancellation)
    {
        var answer = await store.ChangeAsync(async (tables, catalogue) =>
        {
            if (catalogue.Find(request.Name) is null)
                return new PolicyAnswer(false, PolicySelection.DescribeMissing(request.Name, catalogue));
            await tables.SetDefaultAsync(request.Name);
            return new PolicyAnswer(true, $"'{request.Name}' counts for every machine that has no other policy");
        }, cancellation);
        if (answer.Succeeded)
            LogDefault(request.Name, request.RequestedBy);
        return answer;
    }

    public async Task<PolicyAnswer> AnswerAsync(OverridePolicy request, CancellationToken cancellation)
    {
        var answer = await store.ChangeAsync(async (tables, catalogue) =>
        {
            if (request.Name is not { } name)
                return await tables.RemoveOverrideAsync(request.Vm)
                    ? new PolicyAnswer(true, $"machine {request.Vm} has no policy of its own any more")
                    : new PolicyAnswer(true, $"machine {request.Vm} had no policy of its own");
            if (catalogue.Find(name) is null)
                return new PolicyAnswer(false, PolicySelection.DescribeMissing(name, catalogue));
            await tables.SetOverrideAsync(new PolicyOverride(request.Vm, name, request.RequestedBy, time.GetUtcNow()));
            return new PolicyAnswer(true, $"'{name}' counts for machine {request.Vm}");
        }, cancellation);
        if (answer.Succeeded)
            LogOverride(request.Vm.ToString(), request.Name ?? "none", request.RequestedBy);
        return answer;
    }

    // What a policy is needed for; null if nothing names it.
    private static string? DescribeUse(string name, PolicyCatalogue catalogue)
    {
        if (name == catalogue.Default)
            return $"'{name}' is the default; name another one first";
        IReadOnlyList<PolicyOverride> owners = [.. catalogue.Overrides.Where(own => own.Policy == name)];
        return owners.Count switch
        {
            0 => null,
            1 => $"machine {owners[0].Vm} has '{name}' as its own policy; take it away first",
            var count => $"{count} machines have '{name}' as their own policy, {owners[0].Vm} among them; take it away first",
        };
    }

    private sealed record SavedPolicy(PolicyView View, bool IsNew);

    [LoggerMessage(4000, LogLevel.Information, "Policy {Policy} was kept as version {Version} by {By}")]
    private partial void LogSaved(string policy, int version, string by);

    [LoggerMessage(4001, LogLevel.Information, "Policy {Policy} was deleted with all its versions by {By}")]
    private partial void LogDeleted(string policy, string by);

    [LoggerMessage(4002, LogLevel.Information, "Policy {Policy} was made the default by {By}")]
    private partial void LogDefault(string policy, string by);

    [LoggerMessage(4003, LogLevel.Information, "The own policy of machine {Vm} was set to {Policy} by {By}")]
    private partial void LogOverride(string vm, string policy, string by);
}
