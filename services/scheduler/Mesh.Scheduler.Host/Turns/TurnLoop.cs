using System.Text.Json;
using Mesh.Hosting;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Running;
using Mesh.Hosting.Store;
using Mesh.Scheduler.Host.Store;

namespace Mesh.Scheduler.Host.Turns;

/// <summary>
/// Takes a turn whenever there is news, when time alone decides something, and now and then for news that was lost on its way. What is
/// decided rests on what is read in the turn; nothing of it is remembered from one to the next.
/// </summary>
internal sealed partial class TurnLoop(MeshDatabase database, SchedulerStore store, TurnTaker taker, TurnSignal signal, TimeProvider time, ILogger<TurnLoop> log)
    : LoopService
{
    /// <summary>The longest pause between two turns while nothing is known to wait.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(50);

    private TimeSpan _again = PauseMin;
    private bool _isPutOff;

    // Before anything listens to the bus: a store that cannot be used stops the start.
    public override async Task StartingAsync(CancellationToken cancellationToken)
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

    protected override async Task RunAsync(CancellationToken stopping)
    {
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
