using Mesh.Agent.Hypervisors;
using Mesh.Agent.Running;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Hosting.Running;
using Mesh.Hosting.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Follows one outgoing job to its end: runs it if it is new, samples it, holds its limits without asking anyone, and says how
/// it ended. A job that an earlier process of the agent began is followed just so.
/// </summary>
internal sealed class JobFollower
{
    private readonly AgentContext _agent;
    private readonly MigrationRecord _record;
    private readonly AsyncSignal _wake = new();
    private readonly JobReader _reader;
    private readonly DowntimeKeeper _downtime;
    private readonly JobCloser _closer;
    private readonly PostCopyPursuit _postCopy;
    private readonly bool _isNew;
    private bool _isCallOurs;
    private volatile MigrateResult? _returned;
    private Watch _watch;
    private DateTimeOffset _readDue = DateTimeOffset.MinValue;
    private volatile bool _isReadDue;
    private volatile bool _isPastReturn;

    /// <summary>A follower of a job.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="record">The job, as it was recorded before it began.</param>
    /// <param name="isNew">Whether the job is still to be begun.</param>
    public JobFollower(AgentContext agent, MigrationRecord record, bool isNew)
    {
        (_agent, _record, _isNew, _isCallOurs) = (agent, record, isNew, isNew);
        _reader = new JobReader(agent.Hypervisor, record.VmId, _wake.Give);
        _downtime = new DowntimeKeeper(agent, record);
        _postCopy = new PostCopyPursuit(agent, record);
        Abort = new AbortPursuit(agent, record);
        Throttle = new JobThrottle(agent, record);
        _closer = new JobCloser(agent, record, Throttle);
        Recovery = new PostCopyRecovery(agent, record, Return);
        _watch = Watch.From(record.Source!.StartedAt, agent.Now);
    }

    public MigrationRecord Record => _agent.Store.Find(_record.MigrationId, _record.Epoch) ?? _record;

    public VmId VmId => _record.VmId;

    public AbortPursuit Abort { get; }

    public JobThrottle Throttle { get; }

    public PostCopyRecovery Recovery { get; }

    /// <summary>Whether the machine runs on the destination.</summary>
    public bool IsPastReturn => _isPastReturn || (Sample() is { } sample && JobPhases.IsPastReturn(sample.Phase));

    /// <summary>
    /// The newest telemetry; the machine's state tells the phase when QEMU does not. Null for a job of an earlier process of the
    /// agent of which nothing has been heard yet: it may be anywhere.
    /// </summary>
    public MigrationSample? Sample()
    {
        if (_reader.Latest is null && !_isNew)
            return null;
        var record = Record;
        var phase = JobPhases.Of(_reader.Latest, _agent.StateOf(VmId), record.Source is { IsSuspended: true } or { Options.Live: false });
        return Samples.Of(record, _reader.Latest, phase, _downtime.Limit, _agent.Now - _watch.StartedAt);
    }

    public void NoteDowntime(TimeSpan limit) => _downtime.Note(limit);

    public void Note(HypervisorEvent what)
    {
        _closer.Note(what);
        _isReadDue = true;
        _wake.Give();
    }

    /// <summary>Looks again at once, because a command has changed something.</summary>
    public void Wake() => _wake.Give();

    /// <summary>Follows the job until it has ended or the agent stops.</summary>
    /// <param name="ended">Called when the end is recorded, before anyone is told.</param>
    public async Task RunAsync(Action ended)
    {
        using var activity = MeshTelemetry.Start("migration job", _record.TraceParent);
        activity?.SetTag("mesh.migration", _record.MigrationId.Value).SetTag("mesh.host", _agent.Host.Value);
        var call = _isCallOurs ? CallAsync() : FollowAgain();
        try
        {
            while (true)
            {
                if (await LookSafelyAsync() is { } ending)
                {
                    await _closer.CloseAsync(ending, _reader.Latest, Sample(), _isPastReturn, ended);
                    activity?.SetTag("mesh.result", ending.Result.ToString());
                    await call;
                    await Recovery.Returned;
                    return;
                }

                await _wake.WaitAsync(UntilNextLook(), _agent.Time, _agent.Stopping);
            }
        }
        catch (OperationCanceledException) when (_agent.Stopping.IsCancellationRequested)
        {
            // The job goes on without the agent, and the next one finds it.
        }
    }

    private Task FollowAgain()
    {
        _agent.Log.JobFollowedAgain(_record.MigrationId, VmId, _record.Source!.StartedAt);
        Throttle.Reassert();
        return Task.CompletedTask;
    }

    private async Task CallAsync()
    {
        var source = _record.Source!;
        if (Record.IsAbortRequested)
        {
            Return(new MigrateResult(MigrateOutcome.Aborted, "it was aborted before it began"));
            return;
        }

        _agent.Log.JobBegins(_record.MigrationId, VmId, source.DestinationUri);
        try
        {
            Return(await _agent.Hypervisor.MigrateAsync(new VmMigration(VmId, source.DestinationUri, source.Options), _agent.Stopping));
        }
        catch (HypervisorException e)
        {
            var isLost = e.Code is HypervisorErrorCode.Unreachable or HypervisorErrorCode.TimedOut;
            Return(new MigrateResult(isLost ? MigrateOutcome.Lost : MigrateOutcome.Failed, e.Message));
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    private void Return(MigrateResult result)
    {
        _returned = result;
        _wake.Give();
    }

    /// <summary>Whatever goes wrong with one look, the next must come: the limits are to be held.</summary>
    private async Task<JobEnding?> LookSafelyAsync()
    {
        try
        {
            return await LookAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _agent.Log.FollowingFailed(e, _record.MigrationId, VmId);
            return null;
        }
    }

    private async Task<JobEnding?> LookAsync()
    {
        ReadIfDue();

        if (await EndingAsync() is { } ending)
            return ending;

        var (source, sample) = (Record.Source!, Sample());
        _isPastReturn = IsPastReturn;
        if (!_isPastReturn)
        {
            _downtime.Keep(source, sample?.Iteration ?? 0);
            Throttle.Keep(source, sample);
        }

        if (source.IsPostCopyRequested && !_isPastReturn)
            _postCopy.TryIfBegun(sample);

        var said = sample?.Phase ?? JobPhase.Setup;
        var phase = _isPastReturn && !JobPhases.IsPastReturn(said) ? JobPhase.PostCopy : said;
        (_watch, var findings) = Watchdog.Look(
            _watch, _reader.Latest is null ? null : sample, phase, source.Limits, source.DataSize, _agent.Now);
        foreach (var finding in findings)
            await ActAsync(finding);

        if (Record.IsAbortRequested && !_isPastReturn)
            Abort.TryIfDue();
        return null;
    }

    /// <summary>Reads at each tick, at each event, and more often while a short job might begin or end between two ticks.</summary>
    private void ReadIfDue()
    {
        if (_agent.Now < _readDue && !_isReadDue)
            return;
        _isReadDue = false;
        _reader.Begin(_agent.Stopping);
        var isFast = _reader.Latest is null || JobPhases.IsNearEnd(Sample(), _agent.Options.FastTickBelow);
        _readDue = _agent.Now + (isFast ? _agent.Options.FastTick : _agent.Options.Tick);
    }

    private async Task<JobEnding?> EndingAsync()
    {
        if (_returned is { Outcome: MigrateOutcome.Lost } lost)
        {
            _agent.Log.CallLost(_record.MigrationId, VmId, lost.Error);
            _reader.Doubt();
            (_returned, _isCallOurs) = (null, false);
        }

        if (_returned is null && (_isCallOurs || _reader.HasJob is not false))
            return null;
        var ending = await _closer.InferAsync(_returned, _reader.HasJob, Record.IsAbortRequested);
        if (ending is null && _returned is not null && _closer.StateSeen is VmRunState.PausedPostCopy or VmRunState.PostCopyFailed)
        {
            // Post-copy may heal or be recovered, and then the machine itself tells the end, not the call that lost its connection.
            _agent.Log.PostCopyBroken(_record.MigrationId, VmId, _returned.Error);
            _reader.Doubt();
            (_returned, _isCallOurs) = (null, false);
        }

        return ending;
    }

    private async Task ActAsync(Finding finding)
    {
        switch (finding)
        {
            case Finding.Stalled stalled:
                _agent.Log.JobStalled(_record.MigrationId, VmId, _watch.Lowest, stalled.For);
                await _agent.TellAsync(new JobStalled
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
            case Finding.LimitPassed passed:
                _agent.Log.LimitPassed(_record.MigrationId, VmId, passed.Limit, passed.Value);
                _agent.Store.Note(_record, record => record with { IsAbortRequested = true });
                await _agent.TellAsync(new LimitReached
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

    private TimeSpan UntilNextLook()
    {
        var due = Record.IsAbortRequested && !Abort.IsTooLate && Abort.Due > _agent.Now && Abort.Due < _readDue ? Abort.Due : _readDue;
        return due > _agent.Now ? due - _agent.Now : TimeSpan.Zero;
    }
}
