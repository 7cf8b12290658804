using Mesh.Contracts.Events;

namespace Mesh.Gateway.Live;

/// <summary>
/// The buffered events of one live stream; bounded. When it is full, the oldest <see cref="MigrationProgressed"/> is dropped, since
/// a newer one supersedes it. Nothing else is ever dropped: without progress to drop, the buffer and the stream are closed, and
/// the client reconnects and starts with the current state.
/// </summary>
internal sealed class EventBuffer(int countMax)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<MigrationEvent> _events = new();
    private TaskCompletionSource _signal = NewSignal();
    private bool _isClosed;

    /// <summary>Adds an event; false if the client is too slow and the buffer is closed.</summary>
    public bool TryAdd(MigrationEvent migrationEvent)
    {
        lock (_lock)
        {
            if (_isClosed)
                return false;

            if (_events.Count >= countMax && !DropOldestProgress())
            {
                // The new event is only progress: skipping it loses nothing.
                if (migrationEvent is MigrationProgressed)
                    return true;
                _isClosed = true;
                _signal.TrySetResult();
                return false;
            }

            _events.AddLast(migrationEvent);
            _signal.TrySetResult();
            return true;
        }
    }

    /// <summary>Takes the oldest event; null if there is none.</summary>
    public MigrationEvent? TryTake()
    {
        lock (_lock)
        {
            var oldest = _events.First?.Value;
            if (oldest is not null)
                _events.RemoveFirst();
            if (_events.Count == 0 && !_isClosed && _signal.Task.IsCompleted)
                _signal = NewSignal();
            return oldest;
        }
    }

        public bool IsClosed
    {
        get
        {
            lock (_lock)
                return _isClosed;
        }
    }

    /// <summary>Completes when an event is available or the buffer is closed.</summary>
    public Task WaitAsync()
    {
        lock (_lock)
            return _signal.Task;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool DropOldestProgress()
    {
        for (var node = _events.First; node is not null; node = node.Next)
            if (node.Value is MigrationProgressed)
            {
                _events.Remove(node);
                return true;
            }

        return false;
    }
}
