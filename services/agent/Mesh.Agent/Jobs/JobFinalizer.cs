using System.Diagnostics;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Telemetry;
using Mesh.Hosting.Background;

namespace Mesh.Agent.Jobs;

/// <summary>Finds out whether and how a job ended, and brings it to its close: machine resumed if need be, end recorded, mesh told.</summary>
internal sealed class JobFinalizer(AgentContext agent, MigrationRecord record, ThrottleController throttle)
{
    private readonly AsyncSignal _completed = new();
    private volatile CopyStatistics? _completedStats;
    private bool? _stoppedByMigration;
    private volatile bool _isPostCopySeen;

    /// <summary>The machine's state when it was last asked for here; null if not known.</summary>
    public VmRunState? LastVmState { get; private set; }

    public void Handle(HypervisorEvent what)
    {
        switch (what)
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

    /// <summary>Brings the job to its close.</summary>
    /// <param name="ending">How it ended.</param>
    /// <param name="latest">Its newest numbers; null if there were none.</param>
    /// <param name="lastSample">Its newest telemetry; null if there was none.</param>
    /// <param name="wasPastReturn">Whether it was in post-copy.</param>
    /// <param name="ended">Called when the end is recorded, before anyone is told.</param>
    public async Task FinalizeAsync(JobOutcome ending, CopyStatistics? latest, MigrationSample? lastSample, bool wasPastReturn, Action ended)
    {
        var sample = ending.Result is JobResult.Completed
            ? await GetFinalStatsAsync(latest) is { } copy ? MigrationSampleFactory.Create(record, copy, JobPhase.Completed, lastSample?.DowntimeLimit) : null
            : lastSample;
        var agentEvent = new JobEnded
        {
            EventId = agent.NewEventId(record),
            Host = agent.Host,
            MigrationId = record.MigrationId,
            Epoch = record.Epoch,
            VmId = record.VmId,
            At = agent.Now,
            Result = ending.Result,
            Error = ending.Error,
            UsedPostCopy = _isPostCopySeen || wasPastReturn || lastSample is { Phase: JobPhase.PostCopy or JobPhase.PostCopyFailed },
            Sample = sample,
        };
        agent.Store.UpdateBestEffort(record, known => known with { Source = known.Source! with { Ended = agentEvent, IsEndInferred = ending.IsInferred } });
        await throttle.LiftAsync();
        if (ending.Result is not JobResult.Completed && !ending.IsInferred)
            await ResumeSuspendedVmAsync();
        ended();
        RecordMetrics(agentEvent);
        await agent.PublishAsync(agentEvent);
        agent.ReportRequested.Set();
        agent.InventoryRequested.Set();
    }

    private async Task<bool> RefreshVmStateAsync()
    {
        try
        {
            var vms = await agent.Hypervisor.ListVmsAsync(agent.Stopping);
            LastVmState = vms.FirstOrDefault(vm => vm.Id == record.VmId)?.State;
            return true;
        }
        catch (HypervisorException)
        {
            return false;
        }
    }

    /// <summary>
    /// A machine that was suspended for the migration's sake must not stay so when it stays here. Only libvirt's own answer says
    /// that it does: where the end was inferred, the destination may run it, and only the mesh can know (<c>ResumeOnSource</c>).
    /// Looked at after the end is on paper: a suspend that comes later finds it there, and undoes itself.
    /// </summary>
    private async Task ResumeSuspendedVmAsync()
    {
        if (agent.Store.Find(record.MigrationId, record.Epoch)?.Source is not { IsSuspended: true } || !await RefreshVmStateAsync())
            return;
        try
        {
            // One that still runs may have a suspend under way which was not answered in time: the note stays, for ResumeOnSource.
            if (LastVmState is not (VmRunState.Paused or VmRunState.PausedMigrating))
                return;
            await agent.Hypervisor.ResumeAsync(record.VmId, agent.Stopping);
            agent.Log.ResumedOnSource(record.VmId, record.MigrationId);
            agent.Store.UpdateBestEffort(record, known => known with { Source = known.Source! with { IsSuspended = false } });
        }
        catch (HypervisorException e)
        {
            agent.Log.NotResumedOnSource(record.VmId, record.MigrationId, e.Message);
        }
    }

    /// <summary>
    /// The numbers at the end, with the downtime there was. libvirt tells them in an event; later it knows them only if the machine
    /// is still defined here. Without either, the last sample stands and the downtime is not known.
    /// </summary>
    private async Task<CopyStatistics?> GetFinalStatsAsync(CopyStatistics? latest)
    {
        if (_completedStats is null)
            await _completed.WaitAsync(agent.Options.CompletedStatsWait, agent.Time, agent.Stopping);
        if (_completedStats is { } reported)
            return reported;
        try
        {
            if (await agent.Hypervisor.ReadCompletedJobAsync(record.VmId, agent.Stopping) is { } saved)
                return saved.Copy;
        }
        catch (HypervisorException)
        {
            // It has gone, as a transient machine does.
        }

        return latest is null ? null : latest with { ExpectedDowntime = null, ActualDowntime = null };
    }

    private void RecordMetrics(JobEnded agentEvent)
    {
        var sinceStart = agent.Now - record.Source!.StartedAt;

        // Less than nothing when the clock was set back while no agent ran.
        var elapsed = sinceStart > TimeSpan.Zero ? sinceStart : TimeSpan.Zero;
        var downtime = agentEvent.Sample?.Copy.ActualDowntime;
        agent.Log.JobEnded(record.MigrationId, record.VmId, agentEvent.Result, elapsed, downtime, agentEvent.Error);
        var tags = new TagList { { "host", agent.Host.Value }, { "result", agentEvent.Result.ToString() } };
        AgentMetrics.JobDuration.Record(elapsed.TotalSeconds, tags);
        if (downtime is { } stood)
            AgentMetrics.Downtime.Record(stood.TotalMilliseconds, new KeyValuePair<string, object?>("host", agent.Host.Value));
    }
}
