using System.Text.Json;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Store;

namespace Mesh.Scheduler.Host.Passes;

/// <summary>
/// Runs a scheduling pass whenever the fleet has changed, when a decision is due, and at intervals in case a notification was lost. Every pass
/// reads the fleet again; nothing is carried over from one to the next.
/// </summary>
internal sealed partial class SchedulerWorker(
    MeshDatabase database,
    SchedulerStore store,
    SchedulingPass pass,
    [FromKeyedServices(FleetReader.ChangeSignal)] AsyncSignal signal,
    TimeProvider time,
    ILogger<SchedulerWorker> log)
    : BackgroundLoop
{
    /// <summary>The longest interval between two passes.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DelayMin = TimeSpan.FromMilliseconds(50);

    private TimeSpan _again = DelayMin;
    private bool _isPaused;

    // Before anything listens to the bus: an unusable store aborts the start.
    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        await database.EnsureReadyAsync(cancellationToken);
        try
        {
            var state = await store.ReadAsync(time.GetUtcNow(), cancellationToken);
            if (state.Drains.Count > 0)
                LogRestored(state.Drains.Count);
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            throw new ProblemException($"the store has unreadable data; run 'mesh doctor' to list and repair it ({e.Message})", e);
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
#pragma warning disable CA1031 // A failed pass must not prevent later ones.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e);
            return RetryDelay;
        }
    }

    // A refused admission is retried at once; one that is refused repeatedly must not keep the services busy.
    private TimeSpan NextDelay(SchedulingPassResult taken)
    {
        var again = _again;
        _again = taken.IsAllAccepted ? DelayMin : Shorter(again * 2, PollInterval);
        var due = taken.NextDue is { } at ? at - time.GetUtcNow() : PollInterval;
        return due < DelayMin ? DelayMin : Shorter(due, taken.IsAllAccepted ? PollInterval : again);
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    [LoggerMessage(5000, LogLevel.Information, "Resumed {Count} drains from the store")]
    private partial void LogRestored(int count);

    [LoggerMessage(5001, LogLevel.Warning, "Scheduling paused: {Reason}; retrying")]
    private partial void LogPaused(string reason);

    [LoggerMessage(5002, LogLevel.Error, "Scheduling pass failed; retrying")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(5003, LogLevel.Information, "Scheduling resumed")]
    private partial void LogResumed();
}
