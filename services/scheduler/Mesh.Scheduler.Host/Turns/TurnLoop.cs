using System.Text.Json;
using Mesh.Hosting;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Store;
using Mesh.Scheduler.Host.Store;

namespace Mesh.Scheduler.Host.Turns;

/// <summary>
/// Takes a turn whenever there is news, when time alone decides something, and now and then for news that was lost on its way. What is
/// decided rests on what is read in the turn; nothing of it is remembered from one to the next.
/// </summary>
internal sealed partial class TurnLoop(MeshDatabase database, SchedulerStore store, TurnTaker taker, TurnSignal signal, TimeProvider time, ILogger<TurnLoop> log)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>The longest pause between two turns while nothing is known to wait.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private TimeSpan _again = PauseMin;
    private bool _isPutOff;

    // Before anything listens to the bus: a store that cannot be used stops the start.
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await database.EnsureReadyAsync(cancellationToken);
        try
        {
            var kept = await store.ReadAsync(time.GetUtcNow(), cancellationToken);
            if (kept.Drains.Count > 0)
                LogTakenUp(kept.Drains.Count);
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            throw new ProblemException($"the store holds what cannot be read; 'mesh doctor' tells what, and repairs what it can ({e.Message})", e);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = RunAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(CancellationToken stopping)
    {
        // The start goes on without waiting for the first turn.
        await Task.Yield();
        while (!stopping.IsCancellationRequested)
        {
            var pause = await TakeAsync(stopping);
            await signal.WaitAsync(pause, time, stopping);
        }
    }

    private async Task<TimeSpan> TakeAsync(CancellationToken stopping)
    {
        try
        {
            var taken = await taker.TakeAsync(stopping);
            if (_isPutOff)
                LogGoesOn();
            _isPutOff = false;
            return Pause(taken);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is BusRequestException or StoreUnavailableException or TimeoutException)
        {
            if (!_isPutOff)
                LogPutOff(e.Message);
            _isPutOff = true;
            return RetryAfter;
        }
#pragma warning disable CA1031 // Whatever keeps one turn from being taken must not keep all later ones from it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e);
            return RetryAfter;
        }
    }

    // What was not taken is looked at again at once; what is refused time and again must not keep everybody busy.
    private TimeSpan Pause(TurnTaken taken)
    {
        var again = _again;
        _again = taken.IsAllTaken ? PauseMin : Shorter(again * 2, LookEvery);
        var due = taken.NextDue is { } at ? at - time.GetUtcNow() : LookEvery;
        return due < PauseMin ? PauseMin : Shorter(due, taken.IsAllTaken ? LookEvery : again);
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    [LoggerMessage(5000, LogLevel.Information, "Took up {Count} drains from the store")]
    private partial void LogTakenUp(int count);

    [LoggerMessage(5001, LogLevel.Warning, "Nothing can be scheduled now, and it is tried again: {Reason}")]
    private partial void LogPutOff(string reason);

    [LoggerMessage(5002, LogLevel.Error, "A turn of the scheduler failed; it is tried again")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(5003, LogLevel.Information, "Scheduling goes on")]
    private partial void LogGoesOn();
}
