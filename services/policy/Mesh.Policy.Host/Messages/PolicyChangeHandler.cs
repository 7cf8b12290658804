using Mesh.Contracts.Policies;
using Mesh.Hosting.Bus;
using Mesh.Policy.Documents;
using Mesh.Policy.Host.Store;
using Mesh.Policy.Selection;

namespace Mesh.Policy.Host.Messages;

/// <summary>Handles changes of policies; each change is one transaction and is logged.</summary>
internal sealed partial class PolicyChangeHandler(PolicyStore store, TimeProvider time, ILogger<PolicyChangeHandler> log)
    : IRequestHandler<ApplyPolicy, ApplyPolicyAnswer>,
        IRequestHandler<DeletePolicy, PolicyAnswer>,
        IRequestHandler<SetDefaultPolicy, PolicyAnswer>,
        IRequestHandler<OverridePolicy, PolicyAnswer>
{
    public async Task<ApplyPolicyAnswer> AnswerAsync(ApplyPolicy request, CancellationToken cancellation)
    {
        var (policy, errors) = PolicyText.Read(request.Document);
        if (policy is null)
            return new ApplyPolicyAnswer(null, errors);

        var saved = await store.ChangeAsync(
            async (tables, catalogue) =>
            {
                if (catalogue.Find(policy.Name) is { } known && PolicyText.Write(known.Policy) == PolicyText.Write(policy))
                    return new SavedPolicy(known, IsNew: false);
                var at = time.GetUtcNow();
                var version = await tables.SaveAsync(policy.Name, request.Document, request.RequestedBy, at);
                return new SavedPolicy(new PolicyView(policy, version, policy.Name == catalogue.Default, request.RequestedBy, at), IsNew: true);
            },
            cancellation);
        if (saved.IsNew)
            LogSaved(policy.Name, saved.View.Version, request.RequestedBy);
        return new ApplyPolicyAnswer(saved.View, []);
    }

    public async Task<PolicyAnswer> AnswerAsync(DeletePolicy request, CancellationToken cancellation)
    {
        var answer = await store.ChangeAsync(async (tables, catalogue) =>
        {
            var shipped = PolicyStore.FindShipped(request.Name, catalogue.Default);
            if (!(await tables.VersionsAsync(request.Name)).Any())
                return new PolicyAnswer(false, shipped is null ? PolicySelection.DescribeMissing(request.Name, catalogue) : $"policy '{request.Name}' ships with the mesh and cannot be deleted");
            if (shipped is null && DescribeUse(request.Name, catalogue) is { } needed)
                return new PolicyAnswer(false, needed);
            await tables.DeleteAsync(request.Name);
            return new PolicyAnswer(true, shipped is null ? $"policy '{request.Name}' deleted" : $"policy '{request.Name}' reverted to the shipped version");
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
            return new PolicyAnswer(true, $"policy '{request.Name}' is now the default");
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
                    ? new PolicyAnswer(true, $"policy override for VM {request.Vm} removed")
                    : new PolicyAnswer(true, $"VM {request.Vm} has no policy override");
            if (catalogue.Find(name) is null)
                return new PolicyAnswer(false, PolicySelection.DescribeMissing(name, catalogue));
            await tables.SetOverrideAsync(new PolicyOverride(request.Vm, name, request.RequestedBy, time.GetUtcNow()));
            return new PolicyAnswer(true, $"policy override for VM {request.Vm} set to '{name}'");
        }, cancellation);
        if (answer.Succeeded && request.Name is { } set)
            LogOverrideSet(request.Vm.ToString(), set, request.RequestedBy);
        else if (answer.Succeeded)
            LogOverrideRemoved(request.Vm.ToString(), request.RequestedBy);
        return answer;
    }

    // Why a policy cannot be deleted; null if nothing refers to it.
    private static string? DescribeUse(string name, PolicyCatalogue catalogue)
    {
        if (name == catalogue.Default)
            return $"policy '{name}' is the default; set another default first";
        IReadOnlyList<PolicyOverride> owners = [.. catalogue.Overrides.Where(own => own.Policy == name)];
        return owners.Count switch
        {
            0 => null,
            1 => $"policy '{name}' is the override of VM {owners[0].Vm}; remove the override first",
            var count => $"policy '{name}' is the override of {count} VMs, such as {owners[0].Vm}; remove the overrides first",
        };
    }

    private sealed record SavedPolicy(PolicyView View, bool IsNew);

    [LoggerMessage(4000, LogLevel.Information, "Policy {Policy} saved as version {Version} by {By}")]
    private partial void LogSaved(string policy, int version, string by);

    [LoggerMessage(4001, LogLevel.Information, "Policy {Policy} deleted with all its versions by {By}")]
    private partial void LogDeleted(string policy, string by);

    [LoggerMessage(4002, LogLevel.Information, "Policy {Policy} set as the default by {By}")]
    private partial void LogDefault(string policy, string by);

    [LoggerMessage(4003, LogLevel.Information, "Policy override for VM {Vm} set to {Policy} by {By}")]
    private partial void LogOverrideSet(string vm, string policy, string by);

    [LoggerMessage(4004, LogLevel.Information, "Policy override for VM {Vm} removed by {By}")]
    private partial void LogOverrideRemoved(string vm, string by);
}
