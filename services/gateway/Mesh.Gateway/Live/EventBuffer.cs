using Mesh.Contracts.Events;

namespace Mesh.Gateway.Live;

/// <summary>
/// The events that wait for one client of a live stream; bounded. When it is full the oldest <see cref="MigrationProgressed"/>
/// makes room, because a newer one says more. Nothing else is ever dropped: where there is no progress to drop, the buffer
/// closes, the client's stream ends, and the client begins anew with a view of how things stand.
/// </summary>
internal sealed class EventBuffer(int countMax)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<MigrationEvent> _waiting = new();
    private TaskCompletionSource _signal = NewSignal();
    private bool _isClosed;

    /// <summary>Puts an event in; false if the client is too slow for it and the buffer is closed.</summary>
    public bool TryAdd(MigrationEvent migrationEvent)
    {
        lock (_lock)
        {
            if (_isClosed)
                return false;

            if (_waiting.Count >= countMax && !DropOldestProgress())
            {
                // Even a full buffer of other things loses nothing when the newest is but one more progress report.
                if (migrationEvent is MigrationProgressed)
                    return true;
                _isClosed = true;
                _signal.TrySetResult();
                return false;
            }

            _waiting.AddLast(migrationEvent);
            _signal.TrySetResult();
            return true;
        }
    }

    /// <summary>Takes the oldest event; null if none waits.</summary>
    public MigrationEvent? TryTake()
    {
        lock (_lock)
        {
            var oldest = _waiting.First?.Value;
            if (oldest is not null)
                _waiting.RemoveFirst();
            if (_waiting.Count == 0 && !_isClosed && _signal.Task.IsCompleted)
                _signal = NewSignal();
            return oldest;
        }
    }

    /// <summary>Whether nothing more will come.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock)
                return _isClosed;
        }
    }

    /// <summary>Ends when an event waits or the buffer is closed.</summary>
    public Task WaitAsync()
    {
        lock (_lock)
            return _signal.Task;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool DropOldestProgress()
    {
        for (var node = _waiting.First; node is not null; node = node.Next)
            if (node.Value is MigrationProgressed)
            {
                _waiting.Remove(node);
                return true;
            }

        return false;
    }
}
