using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Queueing;

/// <summary>What is taken, and what is kept for whom, in the course of one turn.</summary>
internal sealed class SlotAllocation
{
    private readonly Dictionary<(SlotResource, HostName), int> _used = [];
    private readonly Dictionary<(SlotResource, HostName), int> _reserved = [];
    private readonly Dictionary<(SlotResource, HostName), MigrationId> _reservedFor = [];
    private readonly HashSet<(SlotResource, HostName)> _blocked = [];

    /// <summary>What the unfinished migrations of a fleet have taken.</summary>
    public SlotAllocation(Fleet fleet, SlotNeeds needs)
    {
        foreach (var migration in fleet.Migrations)
        {
            if (Slots.KindOf(migration) == SlotKind.Preparing)
                Allocate(needs.Preparing(migration.Source).Concat(needs.Preparing(migration.Destination)));
            else if (Slots.KindOf(migration) == SlotKind.Copying)
                Allocate(needs.Copying(migration, migration.Destination));
            if (migration.Phase != MigrationPhase.PostCopy)
                continue;
            foreach (var host in new[] { migration.Source, migration.Destination }.OfType<HostName>())
                Add((SlotResource.PostCopyRunning, host), 1);
        }
    }

    /// <summary>How many have it.</summary>
    public int UsedCount(SlotNeed need) => _used.GetValueOrDefault(need.Key);

    /// <summary>For which migration some of it, or what comes free of it next, is kept; null for none.</summary>
    public MigrationId? ReservedFor(SlotNeed need) => _reservedFor.TryGetValue(need.Key, out var id) ? id : null;

    /// <summary>Whether it is to be had.</summary>
    public bool IsFree(SlotNeed need) => UsedCount(need) + _reserved.GetValueOrDefault(need.Key) < need.Limit && !_blocked.Contains(need.Key);

    /// <summary>The first that is not to be had; null if all are.</summary>
    public SlotNeed? FindMissing(IEnumerable<SlotNeed> needs) => needs.FirstOrDefault(need => !IsFree(need));

    /// <summary>Takes all of them.</summary>
    public void Allocate(IEnumerable<SlotNeed> needs)
    {
        foreach (var need in needs.Where(need => need.IsConsumed))
            Add(need.Key, 1);
    }

    /// <summary>
    /// Keeps what a migration needs from those that come after it: what is free of the hosts counts as taken, what is not is given to nobody
    /// else once it comes free. The mesh's own limit is kept only when nothing else lacks, so that one that waits for a single host does not
    /// hold up all others meanwhile. Nothing is kept where an earlier migration waits for the same: then it is not this one's turn yet.
    /// </summary>
    public void Reserve(MigrationId id, IReadOnlyList<SlotNeed> needs)
    {
        List<SlotNeed> lacking = [.. needs.Where(need => !IsFree(need))];
        if (lacking.Exists(need => ReservedFor(need) is not null))
            return;
        List<SlotNeed> lackingOfHosts = [.. lacking.Where(need => need.Resource != SlotResource.Mesh)];
        foreach (var need in needs.Where(need => need.IsConsumed && need.Resource != SlotResource.Mesh && !lacking.Contains(need)))
            (_reserved[need.Key], _reservedFor[need.Key]) = (_reserved.GetValueOrDefault(need.Key) + 1, id);
        foreach (var need in lackingOfHosts.Count > 0 ? lackingOfHosts : lacking)
        {
            _blocked.Add(need.Key);
            _reservedFor[need.Key] = id;
        }
    }

    private void Add((SlotResource, HostName) key, int count) => _used[key] = _used.GetValueOrDefault(key) + count;
}
