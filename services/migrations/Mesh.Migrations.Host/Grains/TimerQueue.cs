using Mesh.Contracts.Values;
using Mesh.Hosting.Background;

namespace Mesh.Migrations.Host.Grains;

/// <summary>When which flight wants to be woken.</summary>
internal sealed class TimerQueue
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<(MigrationId Id, DateTimeOffset Due), DateTimeOffset> _queue = new();
    private readonly Dictionary<MigrationId, DateTimeOffset> _due = [];
    private readonly AsyncSignal _changed = new();

    /// <summary>Replaces the flight's time; null takes it off.</summary>
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

    /// <summary>Takes the flights that are due, and tells when the next one will be; null if none is waiting.</summary>
    public DateTimeOffset? DequeueDue(DateTimeOffset now, ICollection<MigrationId> due)
    {
        lock (_lock)
        {
            while (_queue.TryPeek(out var next, out var at))
            {
                // Entries that were replaced or taken off stay in the queue until their time and are passed over.
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

    /// <summary>Waits until something was scheduled, but no longer than a time.</summary>
    public Task WaitForChangeAsync(TimeSpan max, TimeProvider time, CancellationToken cancellation) => _changed.WaitAsync(max, time, cancellation);
}
