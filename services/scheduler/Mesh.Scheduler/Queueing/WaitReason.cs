using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Queueing;

/// <summary>What a migration waits for, in words that go on after <c>waits for</c>.</summary>
internal static class WaitReason
{
    private const int RefusalsMax = 3;

    /// <summary>Something that others have, or that is kept for one.</summary>
    public static string DescribeSlot(SlotNeed need, SlotAllocation table, MigrationView migration, SchedulingLimits limits)
    {
        var policy = migration.Policy?.Policy.Concurrency;
        var kept = table.ReservedFor(need) is { } id ? $"; the next one is kept for {id}, which has waited longer" : "";
        return need.Resource switch
        {
            SlotResource.Mesh => $"a place among those that copy: {Count(policy?.Cluster, limits.ClusterMax)}",
            SlotResource.Preparing => $"a place among those that prepare on {need.Host}: {Count(null)}",
            SlotResource.PostCopyRunning => $"the end of a post-copy over the link of {need.Host}, which a further transfer would slow down",
            SlotResource.PostCopyArmed => $"a place among those that may change over to post-copy over the link of {need.Host}: {Count(null)}",
            SlotResource.Outbound when !need.IsLink => $"a place among those that copy away from {need.Host}: {Count(policy?.OutboundPerHost, limits.OutboundPerHost)}",
            SlotResource.Inbound when !need.IsLink => $"a place among those that copy to {need.Host}: {Count(policy?.InboundPerHost, limits.InboundPerHost)}",
            _ => $"room on the link of {need.Host}: {Count(null)}, and one more would leave each less than {limits.BandwidthFloor}",
        } + kept;

        string Count(int? ofPolicy, int ofMesh = 0) => ofPolicy is null || ofPolicy >= ofMesh
            ? $"{table.UsedCount(need)} of {need.Limit} taken"
            : $"{table.UsedCount(need)} taken, and policy {migration.Policy!.Policy.Name} allows {need.Limit}";
    }

    /// <summary>The pause after a failed attempt.</summary>
    public static string DescribeBackOff(DateTimeOffset ends, DateTimeOffset now) =>
        $"the pause after a failed attempt, which ends in {Math.Ceiling((ends - now).TotalSeconds):0} s";

    /// <summary>A host to become able to take the machine.</summary>
    public static string DescribeNoHost(IReadOnlyList<Refusal> refusals)
    {
        if (refusals.Count == 0)
            return "a host that can take the machine: none is known";
        var more = refusals.Count > RefusalsMax ? $"; and {refusals.Count - RefusalsMax} more reasons" : "";
        return $"a host that can take the machine: {string.Join("; ", refusals.Take(RefusalsMax).Select(refusal => refusal.Message))}{more}";
    }

    /// <summary>Another migration of the same machine.</summary>
    public static string DescribeSameVm(MigrationView other) => $"the end of migration {other.Id} of the same machine";
}
