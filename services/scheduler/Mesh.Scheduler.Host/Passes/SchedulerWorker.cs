using System.Text.Json;
using Mesh.Core;
using Mesh.Hosting.Background;
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
    : BackgroundLoop("Scheduling", new ExponentialBackoff(RetryDelay, RetryDelay), time, log)
{
    /// <summary>The longest interval between two passes.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DelayMin = TimeSpan.FromMilliseconds(50);

    private readonly BackoffCounter _rejections = new(DelayMin, PollInterval);

    // Before anything listens to the bus: an unusable store aborts the start.
    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        await database.EnsureReadyAsync(cancellationToken);
        try
        {
            var state = await store.ReadAsync(Time.GetUtcNow(), cancellationToken);
            if (state.Drains.Count > 0)
                LogRestored(Log, state.Drains.Count);
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            throw new ProblemException($"the store has unreadable data; run 'mesh doctor' to list and repair it ({e.Message})", e);
        }
    }

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        var result = await pass.RunAsync(stopping);

        // A rejected decision is retried soon; one that is rejected time and again must not keep everybody busy.
        var retry = PollInterval;
        if (result.IsAllAccepted)
            _rejections.Reset();
        else
            retry = _rejections.NextDelay();
        var due = result.NextDue is { } at ? at - Time.GetUtcNow() : PollInterval;
        return due < DelayMin ? DelayMin : due < retry ? due : retry;
    }

    protected override Task WaitAsync(TimeSpan delay, CancellationToken stopping) => signal.WaitAsync(delay, Time, stopping);

    [LoggerMessage(5000, LogLevel.Information, "Resumed {Count} drains from the store")]
    private static partial void LogRestored(ILogger log, int count);
}
