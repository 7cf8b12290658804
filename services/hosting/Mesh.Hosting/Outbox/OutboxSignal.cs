namespace Mesh.Hosting.Outbox;

/// <summary>Wakes the dispatcher when there is something to send.</summary>
public sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim _pending = new(0, 1);

    /// <summary>Says that messages were kept.</summary>
    public void Raise()
    {
        try
        {
            _pending.Release();
        }
        catch (SemaphoreFullException)
        {
            // Raised already and not yet seen: one look will find everything.
        }
    }

    /// <inheritdoc />
    public void Dispose() => _pending.Dispose();

    internal Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellation) => _pending.WaitAsync(limit, cancellation);
}
