using System.Xml;
using Mesh.Agent.Hypervisors;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>
/// An optional query that may be slow: at most one is in progress, and while it has not been answered the last result is used.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="timeout">How long to wait for a result.</param>
internal sealed class CachedQuery<T>(TimeProvider time, TimeSpan timeout)
    where T : class
{
    private readonly Lock _lock = new();
    private Task<T?> _pending = Task.FromResult<T?>(null);
    private volatile T? _latest;

    /// <summary>The latest result; null if there is none yet, or if the last query failed.</summary>
    public T? Latest => _latest;

    /// <summary>Starts a query unless one is in progress, and waits for its result up to the timeout.</summary>
    public async Task<T?> QueryAsync(Func<Task<T>> query, CancellationToken cancellation)
    {
        Task<T?> pending;
        lock (_lock)
        {
            if (_pending.IsCompleted)
                _pending = TryAsync(query);
            pending = _pending;
        }

        try
        {
            return await pending.WaitAsync(timeout, time, cancellation);
        }
        catch (TimeoutException)
        {
            return _latest;
        }
    }

    private async Task<T?> TryAsync(Func<Task<T>> query)
    {
        try
        {
            return _latest = await query();
        }
        catch (Exception e) when (e is HypervisorException or XmlException)
        {
            return _latest = null;
        }
    }
}
