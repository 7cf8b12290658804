namespace Mesh.Agent.Running;

/// <summary>Wakes one waiting loop. Signals given while it is awake count as one.</summary>
internal sealed class AsyncSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _given = New();

    public void Give()
    {
        lock (_lock)
            _given.TrySetResult();
    }

    /// <summary>Waits for a signal, but no longer than a time; tells whether there was one.</summary>
    public async Task<bool> WaitAsync(TimeSpan max, TimeProvider time, CancellationToken cancellation)
    {
        Task given;
        lock (_lock)
            given = _given.Task;

        if (!given.IsCompleted && max > TimeSpan.Zero)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(given, Task.Delay(max, time, over.Token));
            await over.CancelAsync();
        }

        cancellation.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (!_given.Task.IsCompleted)
                return false;
            _given = New();
            return true;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
