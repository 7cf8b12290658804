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
    MeshDatabase database, MigrationStore store, FenceStore fences, HostRegistry hosts, FenceRequestHandler fencing, ActiveMigrations active, TimerQueue timers, LocalGrainHost home, TimeProvider time, ILogger<MigrationTimerService> log)
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

            // If the clock was set back meanwhile, the next timer is computed again at once.
            var now = Time.GetUtcNow();
            timers.Schedule(state.Id, state.UpdatedAt > now ? now : MigrationTimers.NextDue(state));
        }

        await fencing.ResumeAsync(holding);
        if (unfinished.Count > 0)
            LogResumed(Log, unfinished.Count);
    }

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        var due = new List<MigrationId>();
        var now = Time.GetUtcNow();
        var next = timers.DequeueDue(now, due);
        foreach (var id in due)
            await FireAsync(id);
        if (due.Count > 0)
            return TimeSpan.Zero;

        home.Sweep();
        return next is { } at && at - now < SweepInterval ? at - now : SweepInterval;
    }

    protected override Task WaitAsync(TimeSpan delay, CancellationToken stopping) =>
        delay == TimeSpan.Zero ? Task.CompletedTask : timers.WaitForChangeAsync(delay, Time, stopping);

    private async Task FireAsync(MigrationId id)
    {
        try
        {
            await home.Get(id).HandleTimerAsync();
        }
#pragma warning disable CA1031 // A failure of one migration must not delay the timers of the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogTimerFailed(Log, e, id.Value);
            timers.Schedule(id, Time.GetUtcNow() + RetryAfter);
        }
    }

    [LoggerMessage(2010, LogLevel.Information, "Resumed {Count} unfinished migrations from the store")]
    private static partial void LogResumed(ILogger log, int count);

    [LoggerMessage(2011, LogLevel.Error, "Handling a timer of migration {MigrationId} failed; retrying")]
    private static partial void LogTimerFailed(ILogger log, Exception exception, string migrationId);
}
