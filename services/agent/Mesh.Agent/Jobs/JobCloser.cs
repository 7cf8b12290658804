using System.Diagnostics;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Running;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Telemetry;
using Mesh.Hosting.Running;

namespace Mesh.Agent.Jobs;

/// <summary>Finds out whether and how a job ended, and brings it to its close: machine resumed if need be, end recorded, mesh told.</summary>
internal sealed class JobCloser(AgentContext agent, MigrationRecord record, JobThrottle throttle)
{
    private readonly AsyncSignal _completed = new();
    private volatile JobStats? _completedStats;
    private bool? _stopSeen;
    private volatile bool _isPostCopySeen;

    /// <summary>The machine's state when it was last asked for here; null if not known.</summary>
    public VmRunState? StateSeen { get; private set; }

    public void Note(HypervisorEvent what)
    {
        switch (what)
        {
            case JobCompleted completed:
                _completedStats ??= completed.Stats;
                _completed.Give();
                break;
            case VmLifecycleChanged { Change: VmLifecycle.Suspended, IsPostCopy: true }:
                _isPostCopySeen = true;
                break;
            case VmLifecycleChanged { Change: VmLifecycle.Stopped } stopped:
                _stopSeen = stopped.IsByMigration;
                break;
            case VmLifecycleChanged { Change: VmLifecycle.Started }:
                _stopSeen = null;
                break;
        }
    }

    public async Task<JobEnding?> InferAsync(MigrateResult? call, bool? hasJob, bool isAbortRequested)
    {
        var isKnown = call is { Outcome: MigrateOutcome.Completed } || await FindStateAsync();
        return JobEndings.Infer(new EndingClues(call, hasJob, isKnown, StateSeen, _stopSeen, isAbortRequested));
    }

    /// <summary>Brings the job to its close.</summary>
    /// <param name="ending">How it ended.</param>
    /// <param name="latest">Its newest numbers; null if there were none.</param>
    /// <param name="lastSample">Its newest telemetry; null if there was none.</param>
    /// <param name="wasPastReturn">Whether it was in post-copy.</param>
    /// <param name="ended">Called when the end is recorded, before anyone is told.</param>
    public async Task CloseAsync(JobEnding ending, JobStats? latest, MigrationSample? lastSample, bool wasPastReturn, Action ended)
    {
        var sample = ending.Result is JobResult.Completed
            ? await ClosingStatsAsync(latest) is { } stats ? Samples.Of(record, stats, JobPhase.Completed, lastSample?.DowntimeLimit, stats.Elapsed) : null
            : lastSample;
        var news = new JobEnded
        {
            EventId = agent.NewEventId(record),
            Host = agent.Host,
            MigrationId = record.MigrationId,
            Epoch = record.Epoch,
            VmId = record.VmId,
            At = agent.Now,
            Result = ending.Result,
            Error = ending.Error,
            ByPostCopy = _isPostCopySeen || wasPastReturn || lastSample is { Phase: JobPhase.PostCopy or JobPhase.PostCopyFailed },
            Sample = sample,
        };
        agent.Store.Note(record, known => known with { Source = known.Source! with { Ended = news, IsEndInferred = ending.IsInferred } });
        await throttle.LiftAsync();
        if (ending.Result is not JobResult.Completed && !ending.IsInferred)
            await ResumeAsync();
        ended();
        Measure(news);
        await agent.TellAsync(news);
        agent.ReportSoon.Give();
        agent.InventorySoon.Give();
    }

    private async Task<bool> FindStateAsync()
    {
        try
        {
            var vms = await agent.Hypervisor.ListVmsAsync(agent.Stopping);
            StateSeen = vms.FirstOrDefault(vm => vm.Id == record.VmId)?.State;
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
    private async Task ResumeAsync()
    {
        if (agent.Store.Find(record.MigrationId, record.Epoch)?.Source is not { IsSuspended: true } || !await FindStateAsync())
            return;
        try
        {
            // One that still runs may have a suspend under way which was not answered in time: the note stays, for ResumeOnSource.
            if (StateSeen is not (VmRunState.Paused or VmRunState.PausedMigrating))
                return;
            await agent.Hypervisor.ResumeAsync(record.VmId, agent.Stopping);
            agent.Log.ResumedOnSource(record.VmId, record.MigrationId);
            agent.Store.Note(record, known => known with { Source = known.Source! with { IsSuspended = false } });
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
    private async Task<JobStats?> ClosingStatsAsync(JobStats? latest)
    {
        if (_completedStats is null)
            await _completed.WaitAsync(agent.Options.CompletedStatsWait, agent.Time, agent.Stopping);
        if (_completedStats is { } told)
            return told;
        try
        {
            if (await agent.Hypervisor.ReadCompletedJobAsync(record.VmId, agent.Stopping) is { } kept)
                return kept;
        }
        catch (HypervisorException)
        {
            // It has gone, as a transient machine does.
        }

        return latest is null ? null : latest with { Downtime = null };
    }

    private void Measure(JobEnded news)
    {
        var sinceStart = agent.Now - record.Source!.StartedAt;

        // Less than nothing when the clock was set back while no agent ran.
        var elapsed = sinceStart > TimeSpan.Zero ? sinceStart : TimeSpan.Zero;
        var downtime = news.Sample?.ActualDowntime;
        agent.Log.JobEnded(record.MigrationId, record.VmId, news.Result, elapsed, downtime, news.Error);
        var tags = new TagList { { "host", agent.Host.Value }, { "result", news.Result.ToString() } };
        AgentInstruments.JobDuration.Record(elapsed.TotalSeconds, tags);
        if (downtime is { } stood)
            AgentInstruments.Downtime.Record(stood.TotalMilliseconds, new KeyValuePair<string, object?>("host", agent.Host.Value));
    }
}
