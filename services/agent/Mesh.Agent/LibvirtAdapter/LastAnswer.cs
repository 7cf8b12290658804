using System.Xml;
using Mesh.Agent.Hypervisors;

namespace Mesh.Agent.LibvirtAdapter;

/// <summary>
/// A fact that may be slow to come by and that nothing may wait for: it is asked for once at a time, and while there is no answer the
/// last one counts. A question that hangs is not asked again beside itself.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="patience">How long an answer is waited for.</param>
internal sealed class LastAnswer<T>(TimeProvider time, TimeSpan patience)
    where T : class
{
    private readonly Lock _lock = new();
    private Task<T?> _asking = Task.FromResult<T?>(null);
    private volatile T? _last;

    /// <summary>The newest answer; null if there is none yet, or if the last question failed.</summary>
    public T? Known => _last;

    /// <summary>Asks, and waits a little.</summary>
    public async Task<T?> AskAsync(Func<Task<T>> ask, CancellationToken cancellation)
    {
        Task<T?> asking;
        lock (_lock)
        {
            if (_asking.IsCompleted)
                _asking = TryAsync(ask);
            asking = _asking;
        }

        try
        {
            return await asking.WaitAsync(patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            return _last;
        }
    }

    private async Task<T?> TryAsync(Func<Task<T>> ask)
    {
        try
        {
            return _last = await ask();
        }
        catch (Exception e) when (e is HypervisorException or XmlException)
        {
            return _last = null;
        }
    }
}
