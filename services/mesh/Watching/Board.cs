using Mesh.Cli.Client;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Watching;

/// <summary>The migrations that are watched, in the order they came; filled by one thread and drawn by another.</summary>
internal sealed class Board
{
    private readonly Lock _lock = new();
    private readonly Dictionary<MigrationId, Row> _rows = [];
    private readonly List<MigrationId> _order = [];

    public IReadOnlyList<Row> Rows
    {
        get
        {
            lock (_lock)
                return [.. _order.Select(id => _rows[id])];
        }
    }

    /// <summary>Takes what came over the stream and returns the row before (null if there was none) and after it.</summary>
    public (Row? Before, Row After) Take(StreamItem item)
    {
        lock (_lock)
        {
            var before = _rows.GetValueOrDefault(item.Id);
            var after = item switch
            {
                StreamItem.Stands stands => before?.With(stands.View) ?? Row.Of(stands.View),
                StreamItem.Happened happened => before?.With(happened.Event) ?? Row.Of(happened.Event),
                _ => throw new InvalidOperationException($"no rule for {item.GetType().Name}"),
            };
            if (before is null)
                _order.Add(item.Id);
            _rows[item.Id] = after;
            return (before, after);
        }
    }
}
