using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Telemetry;
using Mesh.Core;
using Mesh.Hosting.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Monitors one outgoing job until it ends: starts it if it is new, samples it, enforces its limits without the mesh, and reports how it
/// ended. A job that an earlier agent process started is monitored in the same way.
/// </summary>
internal sealed class MigrationMonitor(
    AgentContext agent, AgentOptions options, MigrationJob job, JobStatsPoller poller, JobSampler sampler, LimitEnforcer limits, MigrateCall call,
    JobFinalizer finalizer, JobControls controls)
{
    private DateTimeOffset _nextPollAt = DateTimeOffset.MinValue;
    private volatile bool _isPollRequested;
    private volatile bool _isPastPointOfNoReturn;

    public MigrationJob Job => job;

    public JobControls Controls => controls;

    /// <summary>The VM runs on the destination: aborting the job would lose it.</summary>
    public bool IsPastPointOfNoReturn => _isPastPointOfNoReturn || (GetSample() is { } sample && JobPhases.IsPastPointOfNoReturn(sample.Phase));

    /// <inheritdoc cref="JobSampler.GetSample" />
    public MigrationSample? GetSample() => sampler.GetSample();

    public void Handle(HypervisorEvent hypervisorEvent)
    {
        finalizer.Handle(hypervisorEvent);
        _isPollRequested = true;
        job.Wake();
    }

    /// <summary>Runs until the job has ended or the agent stops.</summary>
    /// <param name="ended">Called once the end is recorded, before it is published.</param>
    public async Task RunAsync(Action ended)
    {
        using var activity = MeshTelemetry.StartActivity(TelemetryNames.Spans.MigrationJob, job.Record.TraceParent);
        activity?.SetTag(TelemetryNames.Tags.MigrationId, job.MigrationId.Value).SetTag(TelemetryNames.Tags.HostName, agent.Host.Value);
        var calling = job.IsNew ? call.RunAsync() : ResumeMonitoring();
        try
        {
            while (true)
            {
                if (await TryCheckAsync() is { } outcome)
                {
                    await finalizer.FinalizeAsync(outcome, poller.Latest, GetSample(), _isPastPointOfNoReturn, ended);
                    activity?.SetTag(TelemetryNames.Tags.JobResult, MeshTelemetry.TagValue(outcome.Result));
                    await calling;
                    await controls.Recovery.Completion;
                    return;
                }

                await job.WaitAsync(GetDelayToNextCheck());
            }
        }
        catch (OperationCanceledException) when (agent.Stopping.IsCancellationRequested)
        {
            // The job continues without the agent, and the next agent process finds it.
        }
    }

    private Task ResumeMonitoring()
    {
        agent.Log.MonitoringResumed(job.MigrationId, job.VmId, job.Source.StartedAt);
        controls.Throttle.Reapply();
        return Task.CompletedTask;
    }

    /// <summary>A check that fails must not be the last: the limits have to be enforced.</summary>
    private async Task<JobOutcome?> TryCheckAsync()
    {
        try
        {
            return await CheckAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            agent.Log.MonitoringFailed(e, job.MigrationId, job.VmId);
            return null;
        }
    }

    private async Task<JobOutcome?> CheckAsync()
    {
        PollIfDue();

        if (await ResolveOutcomeAsync() is { } outcome)
            return outcome;

        var (source, sample) = (job.Source, GetSample());
        _isPastPointOfNoReturn = IsPastPointOfNoReturn;
        if (!_isPastPointOfNoReturn)
        {
            controls.Downtime.Update(source, sample?.Copy.Iteration ?? 0);
            controls.Throttle.Update(source, sample);
        }

        if (source.IsPostCopyRequested && !_isPastPointOfNoReturn)
            controls.PostCopy.TrySwitch(sample);

        var reportedPhase = sample?.Phase ?? JobPhase.Setup;
        var phase = _isPastPointOfNoReturn && !JobPhases.IsPastPointOfNoReturn(reportedPhase) ? JobPhase.PostCopy : reportedPhase;
        await limits.CheckAsync(poller.Latest is null ? null : sample, phase);

        if (job.Record.IsAbortRequested && !_isPastPointOfNoReturn)
            controls.Abort.RetryIfDue();
        return null;
    }

    /// <summary>Polls at every tick and event, and more often while a job might start or end between two ticks.</summary>
    private void PollIfDue()
    {
        if (agent.Now < _nextPollAt && !_isPollRequested)
            return;
        _isPollRequested = false;
        poller.Poll(agent.Stopping);
        var isFast = poller.Latest is null || JobPhases.IsNearEnd(GetSample(), options.FastTickBelow);
        _nextPollAt = agent.Now + (isFast ? options.FastTick : options.Tick);
    }

    private async Task<JobOutcome?> ResolveOutcomeAsync()
    {
        if (call.Result is { Outcome: MigrateOutcome.Lost } lost)
        {
            agent.Log.MigrateCallLost(job.MigrationId, job.VmId, lost.Error);
            DiscardResult();
        }

        if (call.Result is null && (call.IsOurs || poller.HasJob is not false))
            return null;
        var result = call.Result;
        var outcome = await finalizer.ResolveOutcomeAsync(result, poller.HasJob, job.Record.IsAbortRequested);
        if (outcome is null && result is not null && finalizer.LastVmState is VmRunState.PausedPostCopy or VmRunState.PostCopyFailed)
        {
            // Post-copy may heal or be recovered: the VM's state will show the end, not the call that lost its connection.
            agent.Log.PostCopyFailed(job.MigrationId, job.VmId, result.Error);
            DiscardResult();
        }

        return outcome;
    }

    private void DiscardResult()
    {
        poller.Invalidate();
        call.Discard();
    }

    private TimeSpan GetDelayToNextCheck()
    {
        var abort = controls.Abort;
        var due = job.Record.IsAbortRequested && !abort.IsTooLate && abort.NextAttemptAt > agent.Now && abort.NextAttemptAt < _nextPollAt ? abort.NextAttemptAt : _nextPollAt;
        return due > agent.Now ? due - agent.Now : TimeSpan.Zero;
    }
}
