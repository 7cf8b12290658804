using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Queueing;

/// <summary>The slots that are in use and reserved in one pass.</summary>
internal sealed class SlotAllocation
{
    private readonly Dictionary<(SlotResource, HostName), int> _used = [];
    private readonly Dictionary<(SlotResource, HostName), int> _reserved = [];
    private readonly Dictionary<(SlotResource, HostName), MigrationId> _reservedFor = [];
    private readonly HashSet<(SlotResource, HostName)> _blocked = [];

    /// <summary>The slots that the unfinished migrations of a fleet hold.</summary>
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

    /// <summary>How many migrations hold it.</summary>
    public int UsedCount(SlotNeed need) => _used.GetValueOrDefault(need.Key);

    /// <summary>The migration for which the slot, or the next one that becomes free, is reserved; null for none.</summary>
    public MigrationId? ReservedFor(SlotNeed need) => _reservedFor.TryGetValue(need.Key, out var id) ? id : null;

    /// <summary>Whether one is available.</summary>
    public bool IsFree(SlotNeed need) => UsedCount(need) + _reserved.GetValueOrDefault(need.Key) < need.Limit && !_blocked.Contains(need.Key);

    /// <summary>The first slot that is not available; null if all are.</summary>
    public SlotNeed? FindMissing(IEnumerable<SlotNeed> needs) => needs.FirstOrDefault(need => !IsFree(need));

    public void Allocate(IEnumerable<SlotNeed> needs)
    {
        foreach (var need in needs.Where(need => need.IsConsumed))
            Add(need.Key, 1);
    }

    /// <summary>
    /// Reserves what a migration needs: the hosts' free slots count as used, and slots in use go to nobody else once they become free. A slot of
    /// the mesh is reserved only when nothing else is missing, so that a migration that waits for a single host does not block all others.
    /// Nothing is reserved where an earlier migration waits for the same slot: that one goes first.
    /// </summary>
    public void Reserve(MigrationId id, IReadOnlyList<SlotNeed> needs)
    {
        List<SlotNeed> missing = [.. needs.Where(need => !IsFree(need))];
        if (missing.Exists(need => ReservedFor(need) is not null))
            return;
        List<SlotNeed> missingOfHosts = [.. missing.Where(need => need.Resource != SlotResource.Mesh)];
        foreach (var need in needs.Where(need => need.IsConsumed && need.Resource != SlotResource.Mesh && !missing.Contains(need)))
            (_reserved[need.Key], _reservedFor[need.Key]) = (_reserved.GetValueOrDefault(need.Key) + 1, id);
        foreach (var need in missingOfHosts.Count > 0 ? missingOfHosts : missing)
        {
            _blocked.Add(need.Key);
            _reservedFor[need.Key] = id;
        }
    }

    private void Add((SlotResource, HostName) key, int count) => _used[key] = _used.GetValueOrDefault(key) + count;
}
