using Mesh.Contracts.Policies;
using Mesh.Documents;
using Mesh.Hypervisor;

namespace Mesh.Policy.Documents;

/// <summary>What the fields of a policy ask of each other.</summary>
internal static class PolicyConsistencyRules
{
    public static IEnumerable<FieldConflict> Check(MigrationPolicy policy) =>
        [.. Start(policy), .. Connections(policy.Start), .. policy.Steps.SelectMany((step, index) => Step(policy, step, index)), .. LastResort(policy), .. Rules(policy)];

    private static IEnumerable<FieldConflict> Start(MigrationPolicy policy)
    {
        var (start, permits) = (policy.Start, policy.Permits);
        if (start.AutoConverge && !permits.Throttle)
            yield return new("start.autoConverge", "slows the machine down, so it needs permits.throttle: true", "permits");
        if (!start.AutoConverge && start.AutoConvergeInitial is not null)
            yield return new("start.autoConvergeInitial", "is of auto-converge, so it needs start.autoConverge: true", "start");
        if (!start.AutoConverge && start.AutoConvergeIncrement is not null)
            yield return new("start.autoConvergeIncrement", "is of auto-converge, so it needs start.autoConverge: true", "start");
        if (start.PostCopy && !permits.PostCopy)
            yield return new("start.postCopy", "needs permits.postCopy: true", "permits");
        if (!start.PostCopy && start.PostCopyBandwidth is not null)
            yield return new("start.postCopyBandwidth", "is of post-copy, so it needs start.postCopy: true", "start");
        if (start.Compression.Count > 0 && !permits.Compression)
            yield return new("start.compression", "needs permits.compression: true", "permits");
        if (start.Compression.Distinct(StringComparer.Ordinal).Count() < start.Compression.Count)
            yield return new("start.compression", "names a method twice");
    }

    /// <summary>What QEMU refuses together.</summary>
    private static IEnumerable<FieldConflict> Connections(PolicyStart start)
    {
        if (start.ParallelConnections is null && CompressionMethods.Supported(start.Compression, isParallel: true).Count > 0)
            yield return new("start.compression", "zlib and zstd need start.parallelConnections; without it QEMU takes xbzrle", "start");
        if (start.ParallelConnections is not null && CompressionMethods.Supported(start.Compression, isParallel: false).Count > 0)
            yield return new("start.compression", "QEMU refuses xbzrle over parallel connections; with them it takes zlib or zstd", "start");
        if (start is { ParallelConnections: not null, PostCopy: true })
            yield return new("start.parallelConnections", "QEMU refuses parallel connections together with post-copy", "start");
    }

    private static IEnumerable<FieldConflict> Step(MigrationPolicy policy, PolicyStep step, int index)
    {
        var field = $"steps[{index}]";
        if (MissingPermission(policy, step.Do.Kind) is { } missing)
            yield return new($"{field}.do", missing, "start", "permits", $"{field}.do");
        if (step is { Repeat: true, Do.Kind: PolicyActionKind.Abort or PolicyActionKind.PostCopy or PolicyActionKind.Suspend })
            yield return new($"{field}.repeat", $"{ActionName(step.Do.Kind)} is done once and for all; setDowntime, setBandwidth and throttle may be repeated");
    }

    private static IEnumerable<FieldConflict> LastResort(MigrationPolicy policy)
    {
        var (limits, seen) = (policy.Limits, new HashSet<PolicyActionKind>());
        foreach (var (index, kind) in policy.LastResort.Index())
        {
            var field = $"lastResort[{index}]";
            if (seen.Contains(PolicyActionKind.Abort))
                yield return new(field, "is never reached: abort comes before it", "lastResort");
            if (!seen.Add(kind))
                yield return new(field, $"{ActionName(kind)} stands twice", "lastResort");
            if (MissingPermission(policy, kind) is { } missing)
                yield return new(field, missing, "start", "permits");
        }

        if (policy.LastResort.Count > 0 && limits is { CompletionTimeout: null, CompletionTimeoutPerGiB: null })
            yield return new("lastResort", "is taken at the completion timeout, so it needs limits.completionTimeout or limits.completionTimeoutPerGiB", "limits");
        if (limits is { CompletionTimeout: not null, CompletionTimeoutPerGiB: not null })
            yield return new("limits.completionTimeoutPerGiB", "stands beside limits.completionTimeout; give one of them");
    }

    /// <summary>The rules that decide by themselves.</summary>
    private static IEnumerable<FieldConflict> Rules(MigrationPolicy policy)
    {
        if (policy is { StallDetector: not null, Adaptive: not null })
            yield return new("adaptive", "stands beside stallDetector; give one of them");
        if (policy is { StallDetector: not null, DowntimeBudget: null })
            yield return new("stallDetector", "switches over within the downtime budget, so it needs downtimeBudget", "downtimeBudget");
        if (policy is { Permits.PostCopy: true, Start.PostCopy: false } and ({ StallDetector: not null } or { Adaptive: not null }))
            yield return new(
                policy.Adaptive is null ? "stallDetector" : "adaptive",
                "changes over to post-copy where that is permitted, so it needs start.postCopy: true, because QEMU arms it at the start only; or take permits.postCopy away",
                "start", "permits");
    }

    /// <summary>What keeps an action from ever being taken; null if nothing does.</summary>
    private static string? MissingPermission(MigrationPolicy policy, PolicyActionKind kind) => kind switch
    {
        PolicyActionKind.PostCopy when !policy.Permits.PostCopy => "postCopy needs permits.postCopy: true and start.postCopy: true",
        PolicyActionKind.PostCopy when !policy.Start.PostCopy => "postCopy needs start.postCopy: true, because QEMU arms it at the start only",
        PolicyActionKind.Suspend when !policy.Permits.Suspend => "suspend needs permits.pause: true",
        PolicyActionKind.Throttle when !policy.Permits.Throttle => "throttle needs permits.throttle: true",
        _ => null,
    };

    private static string ActionName(PolicyActionKind kind) => kind switch
    {
        PolicyActionKind.PostCopy => "postCopy",
        PolicyActionKind.Suspend => "suspend",
        _ => "abort",
    };
}
