using System.Text.Json;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Store;

namespace Mesh.Scheduler.Host.Passes;

/// <summary>
/// Takes a turn whenever there is news, when time alone decides something, and now and then for news that was lost on its way. What is
/// decided rests on what is read in the turn; nothing of it is remembered from one to the next.
/// </summary>
internal sealed partial class SchedulerWorker(MeshDatabase database, SchedulerStore store, SchedulingPass pass, FleetChangeSignal signal, TimeProvider time, ILogger<SchedulerWorker> log)
    : BackgroundLoop
{
    /// <summary>The longest pause between two turns while nothing is known to wait.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DelayMin = TimeSpan.FromMilliseconds(50);

    private TimeSpan _again = DelayMin;
    private bool _isPaused;

    // Before anything listens to the bus: a store that cannot be used stops the start.
    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        await database.EnsureReadyAsync(cancellationToken);
        try
        {
            var kept = await store.ReadAsync(time.GetUtcNow(), cancellationToken);
            if (kept.Drains.Count > 0)
                LogRestored(kept.Drains.Count);
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
            var pause = await RunPassAsync(stopping);
            await signal.WaitAsync(pause, time, stopping);
        }
    }

    private async Task<TimeSpan> RunPassAsync(CancellationToken stopping)
    {
        try
        {
            var taken = await pass.RunAsync(stopping);
            if (_isPaused)
                LogResumed();
            _isPaused = false;
            return NextDelay(taken);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is BusRequestException or StoreUnavailableException or TimeoutException)
        {
            if (!_isPaused)
                LogPaused(e.Message);
            _isPaused = true;
            return RetryDelay;
        }
#pragma warning disable CA1031 // Whatever keeps one turn from being taken must not keep all later ones from it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e);
            return RetryDelay;
        }
    }

    // What was not taken is looked at again at once; what is refused time and again must not keep everybody busy.
    private TimeSpan NextDelay(SchedulingPassResult taken)
    {
        var again = _again;
        _again = taken.IsAllAccepted ? DelayMin : Shorter(again * 2, PollInterval);
        var due = taken.NextDue is { } at ? at - time.GetUtcNow() : PollInterval;
        return due < DelayMin ? DelayMin : Shorter(due, taken.IsAllAccepted ? PollInterval : again);
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    [LoggerMessage(5000, LogLevel.Information, "Took up {Count} drains from the store")]
    private partial void LogRestored(int count);

    [LoggerMessage(5001, LogLevel.Warning, "Nothing can be scheduled now, and it is tried again: {Reason}")]
    private partial void LogPaused(string reason);

    [LoggerMessage(5002, LogLevel.Error, "A turn of the scheduler failed; it is tried again")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(5003, LogLevel.Information, "Scheduling goes on")]
    private partial void LogResumed();
}
