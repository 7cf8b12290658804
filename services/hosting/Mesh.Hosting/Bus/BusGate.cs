namespace Mesh.Hosting.Bus;

/// <summary>
/// Whether the bus may be used: not before the broker has accepted this process. A process that waits for its broker neither sends nor receives.
/// </summary>
public sealed class BusGate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why the broker must not be used, found after the start; the process then stops. Null if nothing is against it.</summary>
    public string? Refusal { get; private set; }

    internal void Open() => _opened.TrySetResult();

    internal void Refuse(string reason) => Refusal = reason;

    /// <summary>Waits until the bus may be used.</summary>
    /// <exception cref="TimeoutException">It may not be used in time.</exception>
    internal Task WaitAsync(TimeSpan timeout, CancellationToken cancellation) => _opened.Task.WaitAsync(timeout, cancellation);
}
