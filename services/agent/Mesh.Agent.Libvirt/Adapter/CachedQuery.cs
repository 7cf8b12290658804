using System.Xml;
using Mesh.Agent.Hypervisors;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>
/// A fact that may be slow to come by and that nothing may wait for: it is asked for once at a time, and while there is no answer the
/// last one counts. A question that hangs is not asked again beside itself.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="timeout">How long an answer is waited for.</param>
internal sealed class CachedQuery<T>(TimeProvider time, TimeSpan timeout)
    where T : class
{
    private readonly Lock _lock = new();
    private Task<T?> _pending = Task.FromResult<T?>(null);
    private volatile T? _latest;

    /// <summary>The newest answer; null if there is none yet, or if the last question failed.</summary>
    public T? Latest => _latest;

    /// <summary>Asks, and waits a little.</summary>
    public async Task<T?> QueryAsync(Func<Task<T>> ask, CancellationToken cancellation)
    {
        Task<T?> asking;
        lock (_lock)
        {
            if (_pending.IsCompleted)
                _pending = TryAsync(ask);
            asking = _pending;
        }

        try
        {
            return await asking.WaitAsync(timeout, time, cancellation);
        }
        catch (TimeoutException)
        {
            return _latest;
        }
    }

    private async Task<T?> TryAsync(Func<Task<T>> ask)
    {
        try
        {
            return _latest = await ask();
        }
        catch (Exception e) when (e is HypervisorException or XmlException)
        {
            return _latest = null;
        }
    }
}
