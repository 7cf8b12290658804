using Microsoft.Extensions.Hosting;

namespace Mesh.Hosting.Background;

/// <summary>
/// Takes up what was kept, before anything listens to the bus, and then runs a loop until the host stops. Unlike
/// <see cref="BackgroundService"/> the loop stays on the context that starts it, so that a simulation can drive it.
/// </summary>
public abstract class BackgroundLoop : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>Takes up what was kept. An exception stops the start.</summary>
    /// <param name="cancellationToken">Ends the start.</param>
    public abstract Task StartingAsync(CancellationToken cancellationToken);

    /// <summary>Begins the loop; does not wait for its first round.</summary>
    /// <param name="cancellationToken">Not used.</param>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = RunLoopAsync();
        return Task.CompletedTask;
    }

    /// <summary>Does nothing.</summary>
    /// <param name="cancellationToken">Not used.</param>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Does nothing.</summary>
    /// <param name="cancellationToken">Not used.</param>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends the loop and waits for that; does not throw what the loop has thrown.</summary>
    /// <param name="cancellationToken">Not used: a round that has begun is short.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <summary>Does nothing.</summary>
    /// <param name="cancellationToken">Not used.</param>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The loop.</summary>
    /// <param name="stopping">Says when it is to end.</param>
    protected abstract Task RunAsync(CancellationToken stopping);

    /// <summary>Frees what the service holds.</summary>
    /// <param name="disposing">Whether it is not the finalizer that calls.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            _stopping.Dispose();
    }

    private async Task RunLoopAsync()
    {
        await Task.Yield();
        await RunAsync(_stopping.Token);
    }
}
