using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Queueing;

/// <summary>What a migration waits for, as text that completes <c>waiting for</c>.</summary>
internal static class WaitReason
{
    private const int RefusalsMax = 3;

    /// <summary>A slot that is in use or reserved.</summary>
    public static string DescribeSlot(SlotNeed need, SlotAllocation slots, MigrationView migration, SchedulingLimits limits)
    {
        var policy = migration.Policy?.Policy.Concurrency;
        var reserved = slots.ReservedFor(need) is { } id ? $"; the next one is reserved for {id}, which has waited longer" : "";
        return need.Resource switch
        {
            SlotResource.Mesh => $"a transfer slot of the mesh: {Count(policy?.Cluster, limits.ClusterMax)}",
            SlotResource.Preparing => $"a preparing slot on {need.Host}: {Count(null)}",
            SlotResource.PostCopyRunning => $"the end of a post-copy migration on the link of {need.Host}, which another transfer would slow down",
            SlotResource.PostCopyArmed => $"a post-copy slot on the link of {need.Host}: {Count(null)}",
            SlotResource.Outbound when !need.IsLink => $"an outbound slot on {need.Host}: {Count(policy?.OutboundPerHost, limits.OutboundPerHost)}",
            SlotResource.Inbound when !need.IsLink => $"an inbound slot on {need.Host}: {Count(policy?.InboundPerHost, limits.InboundPerHost)}",
            _ => $"bandwidth on the link of {need.Host}: {Count(null)}, and another migration would leave each less than {limits.BandwidthFloor}",
        } + reserved;

        string Count(int? ofPolicy, int ofMesh = 0) => ofPolicy is null || ofPolicy >= ofMesh
            ? $"{slots.UsedCount(need)} of {need.Limit} in use"
            : $"{slots.UsedCount(need)} in use, and policy {migration.Policy!.Policy.Name} allows {need.Limit}";
    }

    /// <summary>The back-off after a failed attempt.</summary>
    public static string DescribeBackOff(DateTimeOffset ends, DateTimeOffset now) =>
        $"the back-off after a failed attempt: {Math.Ceiling((ends - now).TotalSeconds):0} s left";

    /// <summary>A host that can take the VM.</summary>
    public static string DescribeNoHost(IReadOnlyList<Refusal> refusals)
    {
        if (refusals.Count == 0)
            return "a host that can take the VM: none is known";
        var more = refusals.Count > RefusalsMax ? $"; and {refusals.Count - RefusalsMax} more reasons" : "";
        return $"a host that can take the VM: {string.Join("; ", refusals.Take(RefusalsMax).Select(refusal => refusal.Message))}{more}";
    }

    /// <summary>Another migration of the same VM.</summary>
    public static string DescribeSameVm(MigrationView other) => $"the end of migration {other.Id} of the same VM";
}
