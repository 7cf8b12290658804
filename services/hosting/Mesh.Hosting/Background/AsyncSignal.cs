namespace Mesh.Hosting.Background;

/// <summary>
/// Wakes one waiting loop. Signals set while it is running count as one. The loop never runs on the caller of <see cref="Set"/>, and
/// continues on its <see cref="SynchronizationContext"/> if it has one.
/// </summary>
public sealed class AsyncSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<bool>? _waiting;
    private bool _isSet;

    /// <summary>Sets the signal; does nothing if it is set already.</summary>
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

    /// <summary>Waits for the signal, up to a maximum; returns whether it was set.</summary>
    /// <exception cref="InvalidOperationException">Another waiter is waiting.</exception>
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
                throw new InvalidOperationException("an AsyncSignal supports one waiter");
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

    /// <summary>Ends the wait without a signal; false if the signal came first.</summary>
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
