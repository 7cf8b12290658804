using System.Collections.Concurrent;
using Mesh.Contracts.Values;
using Mesh.Migrations.Host.Hosts;

namespace Mesh.Migrations.Host.Grains;

/// <summary>Index of unfinished migrations by host and VM; in memory, reloaded from the store at startup.</summary>
internal sealed class ActiveMigrations(HostRegistry hosts)
{
    private readonly ConcurrentDictionary<MigrationId, Entry> _entries = new();

    /// <summary>Whether any migration is unfinished.</summary>
    public bool HasAny => !_entries.IsEmpty;

    /// <summary>Updates the index after a transition.</summary>
    public void Update(MigrationState state)
    {
        hosts.UpdateMigration(state);
        if (state.HasEnded)
            _entries.TryRemove(state.Id, out _);
        else
            _entries[state.Id] = new Entry(state.Vm?.Id, state.Source, state.Destination);
    }

    /// <summary>Unfinished migrations with the host as source or destination, in a stable order.</summary>
    public IReadOnlyList<MigrationId> FindByHost(HostName host) =>
        [.. _entries.Where(entry => entry.Value.Source == host || entry.Value.Destination == host).Select(entry => entry.Key).OrderBy(id => id.Value, StringComparer.Ordinal)];

    /// <summary>The unfinished migration of a VM; null if there is none.</summary>
    public MigrationId? FindByVm(VmId vm)
    {
        foreach (var (id, entry) in _entries)
            if (entry.Vm == vm)
                return id;
        return null;
    }

    private sealed record Entry(VmId? Vm, HostName? Source, HostName? Destination);
}
