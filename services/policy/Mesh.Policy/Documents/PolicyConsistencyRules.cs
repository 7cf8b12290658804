using Mesh.Contracts.Policies;
using Mesh.Documents;
using Mesh.Hypervisor;

namespace Mesh.Policy.Documents;

/// <summary>The rules between fields of a policy.</summary>
internal static class PolicyConsistencyRules
{
    public static IEnumerable<FieldConflict> Check(MigrationPolicy policy) =>
        [.. Start(policy), .. Connections(policy.Start), .. policy.Steps.SelectMany((step, index) => Step(policy, step, index)), .. LastResort(policy), .. Rules(policy)];

    private static IEnumerable<FieldConflict> Start(MigrationPolicy policy)
    {
        var (start, permits) = (policy.Start, policy.Permits);
        if (start.MaxDowntime > policy.DowntimeBudget)
            yield return new("start.maxDowntime", $"is {Units.Format(start.MaxDowntime.Value)}, above downtimeBudget, {Units.Format(policy.DowntimeBudget.Value)}; at most the budget is accepted", "downtimeBudget");
        if (start.AutoConverge && !permits.Throttle)
            yield return new("start.autoConverge", "throttles the VM and requires permits.throttle: true", "permits");
        if (!start.AutoConverge && start.AutoConvergeInitial is not null)
            yield return new("start.autoConvergeInitial", "requires start.autoConverge: true", "start");
        if (!start.AutoConverge && start.AutoConvergeIncrement is not null)
            yield return new("start.autoConvergeIncrement", "requires start.autoConverge: true", "start");
        if (start.PostCopy && !permits.PostCopy)
            yield return new("start.postCopy", "requires permits.postCopy: true", "permits");
        if (!start.PostCopy && start.PostCopyBandwidth is not null)
            yield return new("start.postCopyBandwidth", "requires start.postCopy: true", "start");
        if (start.Compression.Count > 0 && !permits.Compression)
            yield return new("start.compression", "requires permits.compression: true", "permits");
        if (start.Compression.Distinct(StringComparer.Ordinal).Count() < start.Compression.Count)
            yield return new("start.compression", "lists a method twice");
    }

    /// <summary>Combinations that QEMU rejects.</summary>
    private static IEnumerable<FieldConflict> Connections(PolicyStart start)
    {
        if (start.ParallelConnections is null && CompressionMethods.Supported(start.Compression, isParallel: true).Count > 0)
            yield return new("start.compression", "zlib and zstd require start.parallelConnections; without it QEMU supports xbzrle", "start");
        if (start.ParallelConnections is not null && CompressionMethods.Supported(start.Compression, isParallel: false).Count > 0)
            yield return new("start.compression", "QEMU does not support xbzrle over parallel connections; use zlib or zstd", "start");
        if (start is { ParallelConnections: not null, PostCopy: true })
            yield return new("start.parallelConnections", "QEMU does not support parallel connections together with post-copy", "start");
    }

    private static IEnumerable<FieldConflict> Step(MigrationPolicy policy, PolicyStep step, int index)
    {
        var field = $"steps[{index}]";
        if (MissingPermission(policy, step.Do.Kind) is { } missing)
            yield return new($"{field}.do", missing, "start", "permits", $"{field}.do");
        if (step.When.Stalled is not null && policy.Limits.StallingLimit is null)
            yield return new($"{field}.when.stalled", "follows the host's stall events and requires limits.stallingLimit, which enables them", "limits", $"{field}.when");
        if (step.When.Stalled is { } stalled && policy.Limits.StallingLimit is { } limit && stalled < limit)
            yield return new($"{field}.when.stalled", $"is shorter than limits.stallingLimit, {Units.Format(limit)}, after which the first event comes; at least that is accepted", "limits");
        if (step is { Repeat: true, Do.Kind: PolicyActionKind.Abort or PolicyActionKind.PostCopy or PolicyActionKind.Suspend })
            yield return new($"{field}.repeat", $"{ActionName(step.Do.Kind)} cannot be repeated; only setDowntime, setBandwidth and throttle can");
    }

    private static IEnumerable<FieldConflict> LastResort(MigrationPolicy policy)
    {
        var (limits, seen) = (policy.Limits, new HashSet<PolicyActionKind>());
        foreach (var (index, kind) in policy.LastResort.Index())
        {
            var field = $"lastResort[{index}]";
            if (seen.Contains(PolicyActionKind.Abort))
                yield return new(field, "is never reached: it follows abort", "lastResort");
            if (!seen.Add(kind))
                yield return new(field, $"{ActionName(kind)} is listed twice", "lastResort");
            if (MissingPermission(policy, kind) is { } missing)
                yield return new(field, missing, "start", "permits");
        }

        if (policy.LastResort.Count > 0 && limits is { CompletionTimeout: null, CompletionTimeoutPerGiB: null })
            yield return new("lastResort", "applies at the completion timeout and requires limits.completionTimeout or limits.completionTimeoutPerGiB", "limits");
        if (limits is { CompletionTimeout: not null, CompletionTimeoutPerGiB: not null })
            yield return new("limits.completionTimeoutPerGiB", "cannot be combined with limits.completionTimeout");
    }

    /// <summary>The stall detector and the adaptive rule.</summary>
    private static IEnumerable<FieldConflict> Rules(MigrationPolicy policy)
    {
        if (policy is { StallDetector: not null, Adaptive: not null })
            yield return new("adaptive", "cannot be combined with stallDetector");
        if (policy is { StallDetector: not null, DowntimeBudget: null })
            yield return new("stallDetector", "switches over within the downtime budget and requires downtimeBudget", "downtimeBudget");
        if (policy is { Permits.PostCopy: true, Start.PostCopy: false } and ({ StallDetector: not null } or { Adaptive: not null }))
            yield return new(
                policy.Adaptive is null ? "stallDetector" : "adaptive",
                "may switch to post-copy, which QEMU enables at the start only: set start.postCopy: true, or remove permits.postCopy",
                "start", "permits");
    }

    /// <summary>Why an action can never be taken; null if it can.</summary>
    private static string? MissingPermission(MigrationPolicy policy, PolicyActionKind kind) => kind switch
    {
        PolicyActionKind.PostCopy when !policy.Permits.PostCopy => "postCopy requires permits.postCopy: true and start.postCopy: true",
        PolicyActionKind.PostCopy when !policy.Start.PostCopy => "postCopy requires start.postCopy: true: QEMU enables it at the start only",
        PolicyActionKind.Suspend when !policy.Permits.Suspend => "suspend requires permits.suspend: true",
        PolicyActionKind.Throttle when !policy.Permits.Throttle => "throttle requires permits.throttle: true",
        _ => null,
    };

    private static string ActionName(PolicyActionKind kind) => kind switch
    {
        PolicyActionKind.PostCopy => "postCopy",
        PolicyActionKind.Suspend => "suspend",
        _ => "abort",
    };
}
