using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Queueing;

/// <summary>
/// What a migration needs in order to prepare or to copy. Every migration that copies counts, and the limit is that of the one that asks:
/// its policy's (<c>PolicyConcurrency</c>) where that is the stricter one.
/// </summary>
/// <param name="limits">The scheduler's limits.</param>
/// <param name="hosts">The hosts by name.</param>
internal sealed class SlotNeeds(SchedulingLimits limits, IReadOnlyDictionary<HostName, FleetHost> hosts)
{
    /// <summary>What preparing needs on one of the two hosts.</summary>
    public IEnumerable<SlotNeed> Preparing(HostName? host)
    {
        if (host is { } known)
            yield return new(SlotResource.Preparing, known, limits.PreparingPerHost);
    }

    /// <summary>What copying needs of the source and of the mesh.</summary>
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

    /// <summary>What copying needs of the destination.</summary>
    public IEnumerable<SlotNeed> CopyingTo(MigrationView migration, HostName? destination)
    {
        if (destination is not { } host)
            yield break;
        yield return WithinLink(SlotResource.Inbound, host, StricterLimit(migration.Policy?.Policy.Concurrency.InboundPerHost, limits.InboundPerHost));
        foreach (var need in PostCopy(migration, host))
            yield return need;
    }

    /// <summary>What copying needs altogether.</summary>
    public IEnumerable<SlotNeed> Copying(MigrationView migration, HostName? destination) =>
        CopyingAway(migration).Concat(CopyingTo(migration, destination));

    /// <summary>
    /// A migration for which post-copy is armed may change over at any moment without asking: its policy, a timeout or a person decides that.
    /// So no more of them copy over a link than may be in post-copy there, in whichever direction. And while as many are in post-copy no further
    /// transfer begins, because each page that the machine waits for would queue behind that transfer's data.
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
        var room = LinkCapacity.MaxConcurrent(LinkCapacity.Usable(hosts.GetValueOrDefault(host)?.Inventory.Capacity, limits), limits);
        return new(resource, host, Math.Max(1, Math.Min(limit, room)), IsLink: room < limit);
    }
}
