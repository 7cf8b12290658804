namespace Mesh.Hosting.Background;

/// <summary>
/// Wakes one waiting loop. Signals given while it is awake count as one. Whoever gives a signal never runs the loop itself, and a
/// loop with a <see cref="SynchronizationContext"/> goes on there: nothing hops to another thread on the way.
/// </summary>
public sealed class AsyncSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<bool>? _waiting;
    private bool _isSet;

    /// <summary>Gives the signal; does nothing where one was given that nobody has seen yet.</summary>
    public void Set()
    {
        TaskCompletionSource<bool>? waiting;
        lock (_lock)
        {
            (waiting, _waiting) = (_waiting, null);
            _isSet |= waiting is null;
        }

        waiting?.TrySetResult(true);
    }

    /// <summary>Waits for a signal, but no longer than a time; tells whether there was one.</summary>
    /// <exception cref="InvalidOperationException">Somebody else waits already.</exception>
    public async Task<bool> WaitAsync(TimeSpan max, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(time);
        cancellation.ThrowIfCancellationRequested();
        TaskCompletionSource<bool> waiting;
        lock (_lock)
        {
            if (_isSet || max <= TimeSpan.Zero)
                return TakeIfSet();
            if (_waiting is not null)
                throw new InvalidOperationException("a signal has one waiter");
            _waiting = waiting = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        using var over = time.CreateTimer(
            _ =>
            {
                if (TryRemoveWaiter(waiting))
                    waiting.TrySetResult(false);
            }, null, max, Timeout.InfiniteTimeSpan);
        using var cancelled = cancellation.UnsafeRegister(
            (_, token) =>
            {
                if (TryRemoveWaiter(waiting))
                    waiting.TrySetCanceled(token);
            }, null);
        return await waiting.Task;
    }

    private bool TakeIfSet()
    {
        var wasSet = _isSet;
        _isSet = false;
        return wasSet;
    }

    /// <summary>Ends the waiting without a signal; false if the signal was quicker.</summary>
    private bool TryRemoveWaiter(TaskCompletionSource<bool> waiting)
    {
        lock (_lock)
        {
            if (_waiting != waiting)
                return false;
            _waiting = null;
            return true;
        }
    }
}
