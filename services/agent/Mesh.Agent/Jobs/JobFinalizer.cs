using System.Diagnostics;
using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Telemetry;
using Mesh.Core;
using Mesh.Hosting.Background;
using Mesh.Hosting.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>Finds out whether and how a job ended, and finalizes it: resumes the VM if need be, records the end and publishes it.</summary>
internal sealed class JobFinalizer(
    AgentContext agent, AgentOptions options, IHypervisor hypervisor, AgentEventPublisher publisher, AgentSignals signals, MigrationJob job, ThrottleController throttle)
{
    private readonly AsyncSignal _completed = new();
    private volatile CopyStatistics? _completedStats;
    private bool? _stoppedByMigration;
    private volatile bool _isPostCopySeen;

    /// <summary>The VM's state when it was last queried here; null if unknown.</summary>
    public VmRunState? LastVmState { get; private set; }

    public void Handle(HypervisorEvent hypervisorEvent)
    {
        switch (hypervisorEvent)
        {
            case JobCompleted completed:
                _completedStats ??= completed.Copy;
                _completed.Set();
                break;
            case VmLifecycleChanged { Change: VmLifecycle.Suspended, IsPostCopy: true }:
                _isPostCopySeen = true;
                break;
            case VmLifecycleChanged { Change: VmLifecycle.Stopped } stopped:
                _stoppedByMigration = stopped.IsByMigration;
                break;
            case VmLifecycleChanged { Change: VmLifecycle.Started }:
                _stoppedByMigration = null;
                break;
        }
    }

    public async Task<JobOutcome?> ResolveOutcomeAsync(MigrateResult? call, bool? hasJob, bool isAbortRequested)
    {
        var isKnown = call is { Outcome: MigrateOutcome.Completed } || await RefreshVmStateAsync();
        return JobOutcomeResolver.Resolve(new JobEvidence(call, hasJob, isKnown, LastVmState, _stoppedByMigration, isAbortRequested));
    }

    /// <param name="outcome">How the job ended.</param>
    /// <param name="latest">Its latest statistics; null if there are none.</param>
    /// <param name="lastSample">Its latest telemetry; null if there is none.</param>
    /// <param name="wasInPostCopy">Whether it was past the point of no return.</param>
    /// <param name="ended">Called once the end is recorded, before it is published.</param>
    public async Task FinalizeAsync(JobOutcome outcome, CopyStatistics? latest, MigrationSample? lastSample, bool wasInPostCopy, Action ended)
    {
        var sample = outcome.Result is JobResult.Completed
            ? await GetFinalStatsAsync(latest) is { } copy ? MigrationSampleFactory.Create(job.Record, copy, JobPhase.Completed, lastSample?.DowntimeLimit) : null
            : lastSample;
        var agentEvent = publisher.CreateEnded(
            job.Record,
            outcome.Result,
            outcome.Error,
            _isPostCopySeen || wasInPostCopy || lastSample is { Phase: JobPhase.PostCopy or JobPhase.PostCopyFailed },
            sample) with { GuestStopped = outcome.GuestStopped };
        job.UpdateSourceBestEffort(source => source with { Ended = agentEvent, IsEndInferred = outcome.IsInferred });
        await throttle.LiftAsync();
        if (outcome.Result is not JobResult.Completed && !outcome.IsInferred)
            await ResumeSuspendedVmAsync();
        ended();
        RecordMetrics(agentEvent);
        await publisher.PublishEndedAsync(agentEvent);
        signals.ReportRequested.Set();
        signals.InventoryRequested.Set();
    }

    private async Task<bool> RefreshVmStateAsync()
    {
        try
        {
            LastVmState = (await hypervisor.FindVmAsync(job.VmId, agent.Stopping))?.State;
            return true;
        }
        catch (HypervisorException)
        {
            return false;
        }
    }

    /// <summary>
    /// A VM that was suspended for the migration must not stay so when it stays here. Only libvirt's answer is certain of that: where the
    /// end was inferred, the destination may run it, and only the mesh can tell (<c>ResumeOnSource</c>). Checked after the end is recorded:
    /// a suspend that comes later finds it there, and undoes itself.
    /// </summary>
    private async Task ResumeSuspendedVmAsync()
    {
        if (!job.Source.IsSuspended || !await RefreshVmStateAsync())
            return;
        try
        {
            // If the VM still runs, a suspend that timed out may be in progress: the record remains, for ResumeOnSource.
            if (LastVmState is not (VmRunState.Paused or VmRunState.PausedMigrating))
                return;
            await hypervisor.ResumeAsync(job.VmId, agent.Stopping);
            agent.Log.ResumedOnSource(job.VmId, job.MigrationId);
            job.UpdateSourceBestEffort(source => source with { IsSuspended = false });
        }
        catch (HypervisorException e)
        {
            agent.Log.NotResumedOnSource(job.VmId, job.MigrationId, e.Message);
        }
    }

    /// <summary>
    /// The final statistics, with the actual downtime. libvirt sends them in an event, and later has them only if the VM is still defined
    /// here. Without either, the last statistics are used and the downtime is unknown.
    /// </summary>
    private async Task<CopyStatistics?> GetFinalStatsAsync(CopyStatistics? latest)
    {
        if (_completedStats is null)
            await _completed.WaitAsync(options.CompletedStatsWait, agent.Time, agent.Stopping);
        if (_completedStats is { } reported)
            return reported;
        try
        {
            if (await hypervisor.ReadCompletedJobAsync(job.VmId, agent.Stopping) is { } saved)
                return saved.Copy;
        }
        catch (HypervisorException)
        {
            // The VM is gone from here, as a transient one is.
        }

        return latest is null ? null : latest with { ExpectedDowntime = null, ActualDowntime = null };
    }

    private void RecordMetrics(JobEnded agentEvent)
    {
        var sinceStart = agent.Now - job.Source.StartedAt;

        // Negative if the clock was set back while no agent ran.
        var elapsed = sinceStart > TimeSpan.Zero ? sinceStart : TimeSpan.Zero;
        var downtime = agentEvent.Sample?.Copy.ActualDowntime;
        agent.Log.JobEnded(job.MigrationId, job.VmId, agentEvent.Result, elapsed, downtime, agentEvent.Error);
        var tags = new TagList { { TelemetryNames.Tags.HostName, agent.Host.Value }, { TelemetryNames.Tags.JobResult, MeshTelemetry.TagValue(agentEvent.Result) } };
        AgentMetrics.JobDuration.Record(elapsed.TotalSeconds, tags);
        if (downtime is { } actual)
            AgentMetrics.Downtime.Record(actual.TotalSeconds, new KeyValuePair<string, object?>(TelemetryNames.Tags.HostName, agent.Host.Value));
    }
}
