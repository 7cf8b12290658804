using System.Text.Json;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Core;
using Mesh.Hosting.Background;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Mesh.Migrations.Host.Fencing;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Running;

/// <summary>Resumes every unfinished migration at startup, and fires the timers of migrations.</summary>
internal sealed partial class MigrationTimerService(
    MeshDatabase database, MigrationStore store, FenceStore fences, HostRegistry hosts, FenceRequestHandler fencing, ActiveMigrations active, TimerQueue wakes, LocalGrainHost home, TimeProvider time, ILogger<MigrationTimerService> log)
    : BackgroundLoop("Migration timers", new ExponentialBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)), time, log)
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    // Before any handler receives messages: an unusable store aborts startup, and no report meets a partially loaded registry.
    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        await database.EnsureReadyAsync(cancellationToken);
        IReadOnlyList<HostFence> holding;
        IReadOnlyList<MigrationState> unfinished;
        try
        {
            holding = await fences.LoadAllAsync(cancellationToken);
            hosts.Restore(await store.LoadInventoriesAsync(cancellationToken), holding);
            unfinished = await store.ListUnfinishedAsync(cancellationToken);
        }
        catch (JsonException e)
        {
            throw new ProblemException($"the store contains unreadable data ({e.Message}); run 'mesh doctor' to find and repair it", e);
        }

        foreach (var state in unfinished)
        {
            active.Update(state);

            // Where the clock was set back meanwhile, what the flight waits for is worked out anew at once.
            var now = Time.GetUtcNow();
            wakes.Schedule(state.Id, state.UpdatedAt > now ? now : MigrationTimers.NextDue(state));
        }

        await fencing.ResumeAsync(holding);
        if (unfinished.Count > 0)
            LogTakenUp(Log, unfinished.Count);
    }

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        var due = new List<MigrationId>();
        var now = Time.GetUtcNow();
        var next = wakes.DequeueDue(now, due);
        foreach (var id in due)
            await WakeAsync(id);
        if (due.Count > 0)
            return TimeSpan.Zero;

        home.Sweep();
        return next is { } at && at - now < SweepInterval ? at - now : SweepInterval;
    }

    protected override Task WaitAsync(TimeSpan delay, CancellationToken stopping) =>
        delay == TimeSpan.Zero ? Task.CompletedTask : wakes.WaitForChangeAsync(delay, Time, stopping);

    private async Task WakeAsync(MigrationId id)
    {
        try
        {
            await home.Get(id).HandleTimerAsync();
        }
#pragma warning disable CA1031 // A failure of one migration must not delay the timers of the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogWakeFailed(Log, e, id.Value);
            wakes.Schedule(id, Time.GetUtcNow() + RetryAfter);
        }
    }

    [LoggerMessage(2010, LogLevel.Information, "Took up {Count} unfinished migrations from the store")]
    private static partial void LogTakenUp(ILogger log, int count);

    [LoggerMessage(2011, LogLevel.Error, "Migration {MigrationId} could not be woken; it is tried again")]
    private static partial void LogWakeFailed(ILogger log, Exception exception, string migrationId);
}
