using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Hosting.Background;
using Mesh.Hosting.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Follows one outgoing job to its end: runs it if it is new, samples it, holds its limits without asking anyone, and says how
/// it ended. A job that an earlier process of the agent began is followed just so.
/// </summary>
internal sealed class MigrationMonitor
{
    private readonly AgentContext _agent;
    private readonly MigrationRecord _record;
    private readonly AsyncSignal _wake = new();
    private readonly JobStatsPoller _poller;
    private readonly DowntimeTuner _downtime;
    private readonly JobFinalizer _finalizer;
    private readonly PostCopySwitcher _postCopySwitcher;
    private readonly bool _isNew;
    private bool _ownsMigrateCall;
    private volatile MigrateResult? _migrateResult;
    private WatchdogState _watchdogState;
    private DateTimeOffset _nextPollAt = DateTimeOffset.MinValue;
    private volatile bool _isPollRequested;
    private volatile bool _isPastPointOfNoReturn;

    /// <summary>A follower of a job.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="record">The job, as it was recorded before it began.</param>
    /// <param name="isNew">Whether the job is still to be begun.</param>
    public MigrationMonitor(AgentContext agent, MigrationRecord record, bool isNew)
    {
        (_agent, _record, _isNew, _ownsMigrateCall) = (agent, record, isNew, isNew);
        _poller = new JobStatsPoller(agent.Hypervisor, record.VmId, _wake.Set);
        _downtime = new DowntimeTuner(agent, record);
        _postCopySwitcher = new PostCopySwitcher(agent, record);
        Abort = new AbortRetrier(agent, record);
        Throttle = new ThrottleController(agent, record);
        _finalizer = new JobFinalizer(agent, record, Throttle);
        Recovery = new PostCopyRecoverer(agent, record, SetMigrateResult);
        _watchdogState = WatchdogState.Start(record.Source!.StartedAt, agent.Now);
    }

    public MigrationRecord Record => _agent.Store.Find(_record.MigrationId, _record.Epoch) ?? _record;

    public VmId VmId => _record.VmId;

    public AbortRetrier Abort { get; }

    public ThrottleController Throttle { get; }

    public PostCopyRecoverer Recovery { get; }

    /// <summary>Whether the machine runs on the destination.</summary>
    public bool IsPastPointOfNoReturn => _isPastPointOfNoReturn || (GetSample() is { } sample && JobPhases.IsPastPointOfNoReturn(sample.Phase));

    /// <summary>
    /// The newest telemetry; the machine's state tells the phase when QEMU does not. Null for a job of an earlier process of the
    /// agent of which nothing has been heard yet: it may be anywhere.
    /// </summary>
    public MigrationSample? GetSample()
    {
        if (_poller.Latest is null && !_isNew)
            return null;
        var record = Record;
        var phase = JobPhases.FromStats(_poller.Latest, _agent.FindVmState(VmId), record.Source is { IsSuspended: true } or { Options.Live: false });
        return MigrationSampleFactory.Create(record, _poller.Latest ?? new CopyStatistics { Elapsed = _agent.Now - _watchdogState.StartedAt }, phase, _downtime.Limit);
    }

    public void SetDowntimeLimit(TimeSpan limit) => _downtime.SetLimit(limit);

    public void Handle(HypervisorEvent what)
    {
        _finalizer.Handle(what);
        _isPollRequested = true;
        _wake.Set();
    }

    /// <summary>Looks again at once, because a command has changed something.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Follows the job until it has ended or the agent stops.</summary>
    /// <param name="ended">Called when the end is recorded, before anyone is told.</param>
    public async Task RunAsync(Action ended)
    {
        using var activity = MeshTelemetry.StartActivity("migration job", _record.TraceParent);
        activity?.SetTag("mesh.migration", _record.MigrationId.Value).SetTag("mesh.host", _agent.Host.Value);
        var call = _ownsMigrateCall ? RunMigrateCallAsync() : ResumeMonitoring();
        try
        {
            while (true)
            {
                if (await TryCheckAsync() is { } ending)
                {
                    await _finalizer.FinalizeAsync(ending, _poller.Latest, GetSample(), _isPastPointOfNoReturn, ended);
                    activity?.SetTag("mesh.result", ending.Result.ToString());
                    await call;
                    await Recovery.Completion;
                    return;
                }

                await _wake.WaitAsync(GetDelayToNextCheck(), _agent.Time, _agent.Stopping);
            }
        }
        catch (OperationCanceledException) when (_agent.Stopping.IsCancellationRequested)
        {
            // The job goes on without the agent, and the next one finds it.
        }
    }

    private Task ResumeMonitoring()
    {
        _agent.Log.MonitoringResumed(_record.MigrationId, VmId, _record.Source!.StartedAt);
        Throttle.Reapply();
        return Task.CompletedTask;
    }

    private async Task RunMigrateCallAsync()
    {
        var source = _record.Source!;
        if (Record.IsAbortRequested)
        {
            SetMigrateResult(new MigrateResult(MigrateOutcome.Aborted, "it was aborted before it began"));
            return;
        }

        _agent.Log.JobStarted(_record.MigrationId, VmId, source.DestinationUri);
        try
        {
            SetMigrateResult(await _agent.Hypervisor.MigrateAsync(new VmMigration(VmId, source.DestinationUri, source.Options), _agent.Stopping));
        }
        catch (HypervisorException e)
        {
            var isLost = e.Code is HypervisorErrorCode.Unreachable or HypervisorErrorCode.TimedOut;
            SetMigrateResult(new MigrateResult(isLost ? MigrateOutcome.Lost : MigrateOutcome.Failed, e.Message));
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    private void SetMigrateResult(MigrateResult result)
    {
        _migrateResult = result;
        _wake.Set();
    }

    /// <summary>Whatever goes wrong with one look, the next must come: the limits are to be held.</summary>
    private async Task<JobOutcome?> TryCheckAsync()
    {
        try
        {
            return await CheckAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _agent.Log.MonitoringFailed(e, _record.MigrationId, VmId);
            return null;
        }
    }

    private async Task<JobOutcome?> CheckAsync()
    {
        PollIfDue();

        if (await ResolveOutcomeAsync() is { } ending)
            return ending;

        var (source, sample) = (Record.Source!, GetSample());
        _isPastPointOfNoReturn = IsPastPointOfNoReturn;
        if (!_isPastPointOfNoReturn)
        {
            _downtime.Update(source, sample?.Copy.Iteration ?? 0);
            Throttle.Update(source, sample);
        }

        if (source.IsPostCopyRequested && !_isPastPointOfNoReturn)
            _postCopySwitcher.TrySwitch(sample);

        var reportedPhase = sample?.Phase ?? JobPhase.Setup;
        var phase = _isPastPointOfNoReturn && !JobPhases.IsPastPointOfNoReturn(reportedPhase) ? JobPhase.PostCopy : reportedPhase;
        (_watchdogState, var findings) = ProgressWatchdog.Check(
            _watchdogState, _poller.Latest is null ? null : sample, phase, source.Limits, source.DataSize, _agent.Now);
        foreach (var finding in findings)
            await HandleFindingAsync(finding);

        if (Record.IsAbortRequested && !_isPastPointOfNoReturn)
            Abort.RetryIfDue();
        return null;
    }

    /// <summary>Reads at each tick, at each event, and more often while a short job might begin or end between two ticks.</summary>
    private void PollIfDue()
    {
        if (_agent.Now < _nextPollAt && !_isPollRequested)
            return;
        _isPollRequested = false;
        _poller.Poll(_agent.Stopping);
        var isFast = _poller.Latest is null || JobPhases.IsNearEnd(GetSample(), _agent.Options.FastTickBelow);
        _nextPollAt = _agent.Now + (isFast ? _agent.Options.FastTick : _agent.Options.Tick);
    }

    private async Task<JobOutcome?> ResolveOutcomeAsync()
    {
        if (_migrateResult is { Outcome: MigrateOutcome.Lost } lost)
        {
            _agent.Log.MigrateCallLost(_record.MigrationId, VmId, lost.Error);
            _poller.Invalidate();
            (_migrateResult, _ownsMigrateCall) = (null, false);
        }

        if (_migrateResult is null && (_ownsMigrateCall || _poller.HasJob is not false))
            return null;
        var ending = await _finalizer.ResolveOutcomeAsync(_migrateResult, _poller.HasJob, Record.IsAbortRequested);
        if (ending is null && _migrateResult is not null && _finalizer.LastVmState is VmRunState.PausedPostCopy or VmRunState.PostCopyFailed)
        {
            // Post-copy may heal or be recovered, and then the machine itself tells the end, not the call that lost its connection.
            _agent.Log.PostCopyFailed(_record.MigrationId, VmId, _migrateResult.Error);
            _poller.Invalidate();
            (_migrateResult, _ownsMigrateCall) = (null, false);
        }

        return ending;
    }

    private async Task HandleFindingAsync(WatchdogFinding finding)
    {
        switch (finding)
        {
            case WatchdogFinding.Stalled stalled:
                _agent.Log.JobStalled(_record.MigrationId, VmId, _watchdogState.Lowest, stalled.For);
                await _agent.PublishAsync(new JobStalled
                {
                    EventId = _agent.NewEventId(_record),
                    Host = _agent.Host,
                    MigrationId = _record.MigrationId,
                    Epoch = _record.Epoch,
                    VmId = VmId,
                    At = _agent.Now,
                    StalledFor = stalled.For,
                });
                break;
            case WatchdogFinding.LimitExceeded passed:
                _agent.Log.LimitExceeded(_record.MigrationId, VmId, passed.Limit, passed.Value);
                _agent.Store.UpdateBestEffort(_record, record => record with { IsAbortRequested = true });
                await _agent.PublishAsync(new LimitReached
                {
                    EventId = _agent.NewEventId(_record),
                    Host = _agent.Host,
                    MigrationId = _record.MigrationId,
                    Epoch = _record.Epoch,
                    VmId = VmId,
                    At = _agent.Now,
                    Limit = passed.Limit,
                    Value = passed.Value,
                });
                break;
        }
    }

    private TimeSpan GetDelayToNextCheck()
    {
        var due = Record.IsAbortRequested && !Abort.IsTooLate && Abort.NextAttemptAt > _agent.Now && Abort.NextAttemptAt < _nextPollAt ? Abort.NextAttemptAt : _nextPollAt;
        return due > _agent.Now ? due - _agent.Now : TimeSpan.Zero;
    }
}
