using System.Collections;

namespace Mesh.Agent.Libvirt;

/// <summary>
/// A native call on its own thread, and its caller's wait. If the wait is abandoned before the call returns, the call is tracked until it
/// does.
/// </summary>
internal sealed class PendingCall<T>(string name, Func<T> call, CallTracker abandonedCalls)
{
    private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private bool _returned;
    private bool _abandoned;

    internal Task<T> Outcome => _outcome.Task;

    /// <summary>
    /// Starts the thread. Not a pool thread: a stuck call would take it away from everything else in the process.
    /// </summary>
    internal void Start() => new Thread(Run) { IsBackground = true, Name = name }.Start();

    /// <summary>Ends the wait with an error, unless the call has returned.</summary>
    internal void Abandon(Exception error)
    {
        lock (_lock)
        {
            if (_returned || _abandoned)
            {
                return;
            }

            _abandoned = true;
            abandonedCalls.Add(name);
        }

        _outcome.TrySetException(error);
    }

    private void Run()
    {
        var (result, error) = Call();
        lock (_lock)
        {
            _returned = true;
        }

        if (_abandoned)
        {
            Discard(result);
            abandonedCalls.Remove(name);
        }
        else if (error is not null)
        {
            _outcome.TrySetException(error);
        }
        else
        {
            _outcome.TrySetResult(result!);
        }
    }

    private (T? Result, Exception? Error) Call()
    {
        try
        {
            return (call(), null);
        }
        catch (Exception error)
        {
            return (default, error);
        }
    }

    // No caller is left to free what the result holds.
    private static void Discard(object? result)
    {
        (result as IDisposable)?.Dispose();
        foreach (var item in (result as IEnumerable ?? Array.Empty<object>()).OfType<IDisposable>())
        {
            item.Dispose();
        }
    }
}
