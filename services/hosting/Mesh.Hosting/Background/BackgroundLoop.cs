using Mesh.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Background;

/// <summary>
/// A hosted service that repeats one piece of work until the host stops. A round that fails is logged and retried (<see cref="LoopRunner"/>).
/// Unlike <see cref="BackgroundService"/> the loop stays on the context that starts it, so that a simulation can drive it.
/// </summary>
public abstract class BackgroundLoop : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly LoopRunner _runner;
    private Task _loop = Task.CompletedTask;

    /// <summary>A loop that is not running yet.</summary>
    /// <param name="name">What it does, as its log entries name it: "Inbox cleanup".</param>
    /// <param name="retry">The delays between failed rounds.</param>
    /// <param name="time">The clock of its delays.</param>
    /// <param name="log">Where failures and recoveries are logged.</param>
    protected BackgroundLoop(string name, ExponentialBackoff retry, TimeProvider time, ILogger log)
    {
        (Time, Log) = (time, log);
        _runner = new LoopRunner(name, retry, time, log);
    }

    /// <summary>The clock of the loop.</summary>
    protected TimeProvider Time { get; }

    /// <summary>The log of the loop.</summary>
    protected ILogger Log { get; }

    /// <summary>The delay before the first round.</summary>
    protected virtual TimeSpan InitialDelay => TimeSpan.Zero;

    /// <summary>Restores saved state before anything listens to the bus. An exception stops the host's start.</summary>
    /// <param name="cancellationToken">Ends the start.</param>
    public virtual Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Starts the loop; does not wait for its first round.</summary>
    /// <param name="cancellationToken">Not used.</param>
    public virtual Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = RunAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    /// <summary>Does nothing.</summary>
    /// <param name="cancellationToken">Not used.</param>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Does nothing.</summary>
    /// <param name="cancellationToken">Not used.</param>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops the loop and waits for the round in progress.</summary>
    /// <param name="cancellationToken">Ends the wait; the round is then left to the end of the process.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
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

    /// <summary>Runs one round; returns the delay until the next.</summary>
    /// <param name="stopping">Cancelled when the host stops.</param>
    protected abstract Task<TimeSpan> RunOnceAsync(CancellationToken stopping);

    /// <summary>Waits for the next round; a loop that can be woken early overrides it.</summary>
    /// <param name="delay">What <see cref="RunOnceAsync"/> returned.</param>
    /// <param name="stopping">Cancelled when the host stops.</param>
    protected virtual Task WaitAsync(TimeSpan delay, CancellationToken stopping) => Task.Delay(delay, Time, stopping);

    /// <summary>Releases what the loop holds.</summary>
    /// <param name="disposing">False when called by a finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        // The host's start does not wait for the first round.
        await Task.Yield();
        if (InitialDelay > TimeSpan.Zero)
            await Task.Delay(InitialDelay, Time, stopping);
        await _runner.RunAsync(RunOnceAsync, stopping, WaitAsync);
    }
}
