using Mesh.Contracts.Values;
using Mesh.Hosting.Background;

namespace Mesh.Migrations.Host.Grains;

/// <summary>When each migration's next timer is due.</summary>
internal sealed class TimerQueue
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<(MigrationId Id, DateTimeOffset Due), DateTimeOffset> _queue = new();
    private readonly Dictionary<MigrationId, DateTimeOffset> _due = [];
    private readonly AsyncSignal _changed = new();

    /// <summary>Replaces the migration's due time; null removes it.</summary>
    public void Schedule(MigrationId id, DateTimeOffset? due)
    {
        lock (_lock)
        {
            if (due is not { } at)
            {
                _due.Remove(id);
                return;
            }

            if (_due.TryGetValue(id, out var known) && known == at)
                return;
            _due[id] = at;
            _queue.Enqueue((id, at), at);
        }

        _changed.Set();
    }

    /// <summary>Removes the due migrations and returns when the next one is due; null if the queue is empty.</summary>
    public DateTimeOffset? DequeueDue(DateTimeOffset now, ICollection<MigrationId> due)
    {
        lock (_lock)
        {
            while (_queue.TryPeek(out var next, out var at))
            {
                // Replaced and removed entries stay in the queue until they are due, and are skipped then.
                var isCurrent = _due.TryGetValue(next.Id, out var known) && known == at;
                if (isCurrent && at > now)
                    return at;
                _queue.Dequeue();
                if (!isCurrent)
                    continue;
                _due.Remove(next.Id);
                due.Add(next.Id);
            }
        }

        return null;
    }

    /// <summary>Waits until something is scheduled, up to a maximum time.</summary>
    public Task WaitForChangeAsync(TimeSpan max, TimeProvider time, CancellationToken cancellation) => _changed.WaitAsync(max, time, cancellation);
}
