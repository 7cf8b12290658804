using Mesh.Contracts.Values;
using Mesh.Migrations.Host.Hosts;

namespace Mesh.Migrations.Host.Grains;

/// <summary>Index of unfinished migrations by host and VM; in memory, reloaded from the store at startup.</summary>
internal sealed class ActiveMigrations(HostRegistry hosts)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<MigrationId, ActiveMigration> _all = [];
    private readonly Dictionary<HostName, HashSet<MigrationId>> _byHost = [];
    private readonly Dictionary<VmId, MigrationId> _byVm = [];

    /// <summary>Whether any migration is unfinished.</summary>
    public bool HasAny
    {
        get
        {
            lock (_lock)
                return _all.Count > 0;
        }
    }

    /// <summary>Updates the index after a transition.</summary>
    public void Update(MigrationState state)
    {
        hosts.UpdateMigration(state);
        lock (_lock)
        {
            if (_all.Remove(state.Id, out var before))
                Remove(before);
            if (!state.HasEnded)
                Add(new(state.Id, state.Vm?.Id, state.Source, state.Destination));
        }
    }

    /// <summary>Unfinished migrations with the host as source or destination, in a stable order.</summary>
    public IReadOnlyList<ActiveMigration> FindByHost(HostName host)
    {
        lock (_lock)
            return _byHost.TryGetValue(host, out var found) ? [.. found.OrderBy(id => id.Value, StringComparer.Ordinal).Select(id => _all[id])] : [];
    }

    /// <summary>The unfinished migration of a VM; null if there is none.</summary>
    public MigrationId? FindByVm(VmId vm)
    {
        lock (_lock)
            return _byVm.TryGetValue(vm, out var id) ? id : null;
    }

    private void Add(ActiveMigration migration)
    {
        _all[migration.Id] = migration;
        if (migration.Vm is { } vm)
            _byVm[vm] = migration.Id;
        foreach (var host in new[] { migration.Source, migration.Destination }.OfType<HostName>())
        {
            if (!_byHost.TryGetValue(host, out var known))
                _byHost[host] = known = [];
            known.Add(migration.Id);
        }
    }

    private void Remove(ActiveMigration migration)
    {
        if (migration.Vm is { } vm && _byVm.TryGetValue(vm, out var id) && id == migration.Id)
            _byVm.Remove(vm);
        foreach (var host in new[] { migration.Source, migration.Destination }.OfType<HostName>())
            if (_byHost.TryGetValue(host, out var known) && known.Remove(migration.Id) && known.Count == 0)
                _byHost.Remove(host);
    }
}

/// <summary>An unfinished migration.</summary>
internal sealed record ActiveMigration(MigrationId Id, VmId? Vm, HostName? Source, HostName? Destination);
