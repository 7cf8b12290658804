using Mesh.Contracts.Migrations;
using Mesh.Hypervisor;

namespace Mesh.Migrations;

/// <summary>Validates a request: the scheduler's reasons, and those that follow from the VM, the options and the policy alone.</summary>
public static class RequestRules
{
    /// <summary>Every reason against a request, each once; with none, the migration is accepted and queued.</summary>
    public static IReadOnlyList<Refusal> Check(RequestReceived received, LocatedVm? located)
    {
        ArgumentNullException.ThrowIfNull(received);
        var (request, facts) = (received.Request, received.Facts);
        List<Refusal> reasons = [.. received.Refusals ?? []];

        // The scheduler has applied the same rules to what it knew a moment before.
        var known = reasons.Select(refusal => refusal.Code).ToHashSet();
        reasons.AddRange(CheckRequest(request, facts, located).Where(refusal => !known.Contains(refusal.Code)));

        // A VM whose host sends invalid data about it is not described, but it is known.
        if (known.Contains(RefusalCode.InvalidVmData))
            reasons.RemoveAll(refusal => refusal.Code == RefusalCode.UnknownVm);
        return reasons;
    }

    private static IEnumerable<Refusal> CheckRequest(RequestMigration request, MigrationFacts facts, LocatedVm? located) =>
    [
        .. MigrationOptionsValidator.Validate(request.Options, request.Limits),
        .. CheckPolicy(request, facts),
        .. located is null ? [VmLocator.NotFound(request.Vm, facts.Candidates)] : VmMigratability.Check(located, request.Options, facts.OtherMigration),
        .. located is not null && request.To == located.Host && request.Alternatives is not { Count: > 0 }
            ? [RefusalText.SameHost(located)] : Array.Empty<Refusal>(),
    ];

    private static IEnumerable<Refusal> CheckPolicy(RequestMigration request, MigrationFacts facts)
    {
        if (request.Policy is { } named && facts.Policy is null && facts.Candidates.Count > 0)
            yield return new(RefusalCode.UnknownPolicy, $"there is no policy '{named}' (`mesh policy list` lists them)");
        if (MigrationOptionsValidator.CheckDowntime(request.DowntimeBudget, "downtime budget") is { } outOfBounds)
            yield return outOfBounds;
        if (request.Options.MaxDowntime is { } downtime && request.DowntimeBudget is { } budget && downtime > budget)
            yield return new(
                RefusalCode.ConflictingOptions,
                $"the max downtime of {downtime.TotalMilliseconds:0} ms is above the downtime budget of {budget.TotalMilliseconds:0} ms; at most the budget is accepted");
        if (request.Deadline is { } deadline && deadline <= TimeSpan.Zero)
            yield return new(RefusalCode.InvalidOption, "the deadline must be longer than zero");
        if (request.HostsTriedMax is < 1)
            yield return new(RefusalCode.InvalidOption, "the number of hosts to try must be at least one");
    }
}
