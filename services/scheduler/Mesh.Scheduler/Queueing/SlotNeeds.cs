using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Queueing;

/// <summary>What the limits count.</summary>
internal enum SlotResource
{
    /// <summary>Migrations that prepare on a host.</summary>
    Preparing,

    /// <summary>Migrations that copy away from a host.</summary>
    Outbound,

    /// <summary>Migrations that copy to a host.</summary>
    Inbound,

    /// <summary>Migrations that may switch to post-copy, per host link.</summary>
    PostCopyArmed,

    /// <summary>Migrations in post-copy, per host link.</summary>
    PostCopyRunning,

    /// <summary>Migrations that copy in the whole mesh. The last, because it is waited for only when the hosts are free.</summary>
    Mesh,
}

/// <summary>A slot that a migration needs in order to continue.</summary>
/// <param name="Resource">What is counted.</param>
/// <param name="Host">The host; the default for the whole mesh.</param>
/// <param name="Limit">The most that may hold it at once, this migration included; above zero, or it is never available.</param>
/// <param name="IsLink">Whether the bandwidth of the link sets the limit.</param>
internal sealed record SlotNeed(SlotResource Resource, HostName Host, int Limit, bool IsLink = false)
{
    public (SlotResource Resource, HostName Host) Key => (Resource, Host);

    /// <summary>Whether the migration holds the slot afterwards; a new transfer only waits for a post-copy to end.</summary>
    public bool IsConsumed => Resource != SlotResource.PostCopyRunning;
}

/// <summary>
/// The slots that a migration needs to prepare or to copy. Every migration that copies counts; the limit is the waiting migration's: that of its
/// policy (<c>PolicyConcurrency</c>) where it is the stricter one.
/// </summary>
internal sealed class SlotNeeds(SchedulingLimits limits, IReadOnlyDictionary<HostName, FleetHost> hosts)
{
    /// <summary>The slots for preparing on one of the two hosts.</summary>
    public IEnumerable<SlotNeed> Preparing(HostName? host)
    {
        if (host is { } known)
            yield return new(SlotResource.Preparing, known, limits.PreparingPerHost);
    }

    /// <summary>The slots of the source and of the mesh for copying.</summary>
    public IEnumerable<SlotNeed> CopyingAway(MigrationView migration)
    {
        var policy = migration.Policy?.Policy.Concurrency;
        if (migration.Source is { } source)
        {
            yield return WithinLink(SlotResource.Outbound, source, StricterLimit(policy?.OutboundPerHost, limits.OutboundPerHost));
            foreach (var need in PostCopy(migration, source))
                yield return need;
        }

        yield return new(SlotResource.Mesh, default, StricterLimit(policy?.Cluster, limits.ClusterMax));
    }

    /// <summary>The slots of the destination for copying.</summary>
    public IEnumerable<SlotNeed> CopyingTo(MigrationView migration, HostName? destination)
    {
        if (destination is not { } host)
            yield break;
        yield return WithinLink(SlotResource.Inbound, host, StricterLimit(migration.Policy?.Policy.Concurrency.InboundPerHost, limits.InboundPerHost));
        foreach (var need in PostCopy(migration, host))
            yield return need;
    }

    /// <summary>All slots for copying.</summary>
    public IEnumerable<SlotNeed> Copying(MigrationView migration, HostName? destination) =>
        CopyingAway(migration).Concat(CopyingTo(migration, destination));

    /// <summary>
    /// A migration with post-copy armed may switch at any moment without asking the scheduler: its policy, a timeout or an operator decides
    /// that. So no more of them copy over a link, in either direction, than may be in post-copy there. And while that many are in post-copy no
    /// further transfer starts, because the page faults of the VM would queue behind that transfer's data.
    /// </summary>
    private IEnumerable<SlotNeed> PostCopy(MigrationView migration, HostName host)
    {
        if (migration.Options.PostCopy)
            yield return new(SlotResource.PostCopyArmed, host, Math.Max(1, limits.PostCopyPerLink));
        yield return new(SlotResource.PostCopyRunning, host, Math.Max(1, limits.PostCopyPerLink));
    }

    private static int StricterLimit(int? ofPolicy, int ofMesh) => Math.Max(1, Math.Min(ofPolicy ?? ofMesh, ofMesh));

    private SlotNeed WithinLink(SlotResource resource, HostName host, int limit)
    {
        var linkMax = LinkCapacity.MaxConcurrent(LinkCapacity.Usable(hosts.GetValueOrDefault(host)?.Inventory.Capacity, limits), limits);
        return new(resource, host, Math.Max(1, Math.Min(limit, linkMax)), IsLink: linkMax < limit);
    }
}
