using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Queueing;

/// <summary>What is taken, and what is kept for whom, in the course of one turn.</summary>
internal sealed class SlotTable
{
    private readonly Dictionary<(SlotResource, HostName), int> _taken = [];
    private readonly Dictionary<(SlotResource, HostName), int> _kept = [];
    private readonly Dictionary<(SlotResource, HostName), MigrationId> _keptFor = [];
    private readonly HashSet<(SlotResource, HostName)> _closed = [];

    /// <summary>What the unfinished migrations of a fleet have taken.</summary>
    public SlotTable(Fleet fleet, SlotNeeds needs)
    {
        foreach (var migration in fleet.Migrations)
        {
            if (Slots.Of(migration) == SlotKind.Preparing)
                Take(needs.Preparing(migration.Source).Concat(needs.Preparing(migration.Destination)));
            else if (Slots.Of(migration) == SlotKind.Copying)
                Take(needs.Copying(migration, migration.Destination));
            if (migration.Phase != MigrationPhase.PostCopy)
                continue;
            foreach (var host in new[] { migration.Source, migration.Destination }.OfType<HostName>())
                Add((SlotResource.PostCopyRunning, host), 1);
        }
    }

    /// <summary>How many have it.</summary>
    public int Taken(SlotNeed need) => _taken.GetValueOrDefault(need.Key);

    /// <summary>For which migration some of it, or what comes free of it next, is kept; null for none.</summary>
    public MigrationId? KeptFor(SlotNeed need) => _keptFor.TryGetValue(need.Key, out var id) ? id : null;

    /// <summary>Whether it is to be had.</summary>
    public bool IsFree(SlotNeed need) => Taken(need) + _kept.GetValueOrDefault(need.Key) < need.Limit && !_closed.Contains(need.Key);

    /// <summary>The first that is not to be had; null if all are.</summary>
    public SlotNeed? Lacking(IEnumerable<SlotNeed> needs) => needs.FirstOrDefault(need => !IsFree(need));

    /// <summary>Takes all of them.</summary>
    public void Take(IEnumerable<SlotNeed> needs)
    {
        foreach (var need in needs.Where(need => need.IsTaken))
            Add(need.Key, 1);
    }

    /// <summary>
    /// Keeps what a migration needs from those that come after it: what is free of the hosts counts as taken, what is not is given to nobody
    /// else once it comes free. The mesh's own limit is kept only when nothing else lacks, so that one that waits for a single host does not
    /// hold up all others meanwhile. Nothing is kept where an earlier migration waits for the same: then it is not this one's turn yet.
    /// </summary>
    public void Keep(MigrationId id, IReadOnlyList<SlotNeed> needs)
    {
        List<SlotNeed> lacking = [.. needs.Where(need => !IsFree(need))];
        if (lacking.Exists(need => KeptFor(need) is not null))
            return;
        List<SlotNeed> lackingOfHosts = [.. lacking.Where(need => need.Resource != SlotResource.Mesh)];
        foreach (var need in needs.Where(need => need.IsTaken && need.Resource != SlotResource.Mesh && !lacking.Contains(need)))
            (_kept[need.Key], _keptFor[need.Key]) = (_kept.GetValueOrDefault(need.Key) + 1, id);
        foreach (var need in lackingOfHosts.Count > 0 ? lackingOfHosts : lacking)
        {
            _closed.Add(need.Key);
            _keptFor[need.Key] = id;
        }
    }

    private void Add((SlotResource, HostName) key, int count) => _taken[key] = _taken.GetValueOrDefault(key) + count;
}
