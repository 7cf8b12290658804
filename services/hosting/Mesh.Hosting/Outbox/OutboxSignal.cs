using Mesh.Hosting.Background;

namespace Mesh.Hosting.Outbox;

/// <summary>Wakes the dispatcher when there is something to send.</summary>
public sealed class OutboxSignal
{
    private readonly AsyncSignal _pending = new();

    /// <summary>Says that messages were kept.</summary>
    public void Set() => _pending.Set();

    internal Task<bool> WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellation) => _pending.WaitAsync(limit, time, cancellation);
}
