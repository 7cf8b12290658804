using Mesh.Cli.Client;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Watching;

/// <summary>The watched migrations, in order of appearance; updated by one thread and drawn by another.</summary>
internal sealed class WatchedMigrations
{
    private readonly Lock _lock = new();
    private readonly Dictionary<MigrationId, WatchedMigration> _rows = [];
    private readonly List<MigrationId> _order = [];

    public IReadOnlyList<WatchedMigration> Rows
    {
        get
        {
            lock (_lock)
                return [.. _order.Select(id => _rows[id])];
        }
    }

    /// <summary>Applies an item of the stream and returns the row before (null if there was none) and after it.</summary>
    public (WatchedMigration? Before, WatchedMigration After) Apply(StreamItem item)
    {
        lock (_lock)
        {
            var before = _rows.GetValueOrDefault(item.Id);
            var after = item switch
            {
                StreamItem.Snapshot snapshot => before?.Apply(snapshot.View) ?? WatchedMigration.From(snapshot.View),
                StreamItem.Update migrationEvent => before?.Apply(migrationEvent.Event) ?? WatchedMigration.From(migrationEvent.Event),
                _ => throw new InvalidOperationException($"unknown item {item.GetType().Name}"),
            };
            if (before is null)
                _order.Add(item.Id);
            _rows[item.Id] = after;
            return (before, after);
        }
    }
}
