using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

/// <summary>
/// Three hosts, one VM and a network from one random seed. Faults end after a while, and dead hosts are fenced; the migration must then
/// end, its outcome must agree with where the VM really is, both then and after every delayed message has arrived, and the VM must never run
/// twice.
/// </summary>
internal sealed partial class FaultyWorld(int seed)
{
    private static readonly HostName[] Hosts = [Given.Source, Given.Destination, Given.Third];
    private static readonly TimeSpan FaultDuration = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromMinutes(15);

    private readonly Random _random = new(seed);

    // Drawn apart, so that the worlds of seeds that once failed stay as they were.
    private readonly double _kind = new Random(~seed).NextDouble();
    private readonly PriorityQueue<Action, DateTimeOffset> _schedule = new();
    private readonly Dictionary<CommandId, CommandAnswer> _answers = [];
    private readonly Dictionary<HostName, (long Epoch, long Sequence)> _agents = Hosts.ToDictionary(host => host, _ => (1L, 0L));
    private readonly Dictionary<HostName, VmStatus> _statuses = Hosts.ToDictionary(host => host, host => host == Given.Source ? VmStatus.Up : VmStatus.Down);
    private readonly HashSet<HostName> _dead = [];
    private DateTimeOffset _now = Given.Start;
    private HostName _to = Given.Destination;
    private Epoch _jobEpoch;
    private bool _cannotRecover;
    private string? _stopped;
    private bool _jobRuns;
    private DateTimeOffset _jobSince;
    private bool _isPostCopy;
    private Epoch? _abortedBeforeStart;
    private Epoch _newestEpoch = Given.Epoch;

    public List<(DateTimeOffset At, MigrationInput Input)> Journal { get; } = [];

    public MigrationState? State { get; private set; }

    private VmStatus Source
    {
        get => _statuses[Given.Source];
        set => SetStatus(Given.Source, value);
    }

    private VmStatus Destination
    {
        get => _statuses[_to];
        set => SetStatus(_to, value);
    }

    private bool IsBroken => Source == VmStatus.PostCopyFailed || Destination == VmStatus.PostCopyFailed;

    /// <summary>A state that a migration can be in, at a random moment of this world; with its time.</summary>
    public (MigrationState State, DateTimeOffset At) Reach()
    {
        Begin();
        if (!State!.HasEnded)
            RunUntil(Given.Start + Within(240));
        return (State, _now);
    }

    public void Run()
    {
        Begin();
        if (State!.HasEnded)
            return;
        RunUntil(Given.Start + FaultDuration + EndTimeout);
        State.HasEnded.ShouldBeTrue($"seed {seed}: still {State.Phase} ({State.Reason}) with {Where()}");
    }

    private void Begin()
    {
        var timeout = Chance(0.3) ? TimeSpan.FromSeconds(_random.Next(1, 90)) : (TimeSpan?)null;
        var action = (TimeoutAction)_random.Next(3);
        var options = new MigrationOptions { PostCopy = true, Timeout = timeout, TimeoutAction = action, Bandwidth = Chance(0.2) ? Limit : null };
        Apply(new RequestReceived(RandomRequest(options), Given.Facts() with { Policy = Chance(0.7) ? RandomPolicy() : null }));
        if (State!.HasEnded)
            return;
        Schedule();
        if (Chance(0.2))
            At(Within(60), () => Apply(new RescheduleReceived(new RescheduleMigration { Id = State.Id, RequestedBy = "tester", ToAny = Chance(0.5), Priority = MigrationPriority.System })));
        for (var change = 0; change < 4; change++)
            if (Chance(0.3))
                At(Within(150), ChangeRandomly);
        if (Chance(0.3))
            At(Within(120), () => Apply(new AbortReceived(new AbortMigration(State.Id, "tester"))));
        if (Chance(0.15))
            At(Within(120), () => Die(Hosts[_random.Next(Hosts.Length)]));
        foreach (var host in Hosts)
            Tick(host);
    }

    private void RunUntil(DateTimeOffset deadline)
    {
        while (_now < deadline && _schedule.TryDequeue(out var next, out var at))
        {
            _now = at;
            next();
            CheckOutcome();
        }
    }

    private bool IsFaulty => _now < Given.Start + FaultDuration;

    private void CheckOutcome()
    {
        if (!State!.HasEnded)
            return;
        var runsOn = _statuses.Where(host => host.Value == VmStatus.Up).Select(host => host.Key).ToList();
        List<HostName> expected = State.Outcome switch
        {
            MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy => [State.Destination!.Value],
            MigrationOutcome.Lost or MigrationOutcome.PostCopyFailed or MigrationOutcome.GuestStopped or MigrationOutcome.CompletedNotRunning => [],

            // A host that dies afterwards takes the VM with it.
            _ when _dead.Contains(Given.Source) => [],
            _ => [Given.Source],
        };
        if (_dead.Overlaps(expected))
            expected = [];
        runsOn.SequenceEqual(expected).ShouldBeTrue($"seed {seed}: {State.Outcome} ({State.Reason}) with {Where()}");
    }

    private void SetStatus(HostName host, VmStatus status)
    {
        _statuses[host] = _dead.Contains(host) ? VmStatus.Down : status;
        _statuses.Values.Count(current => current == VmStatus.Up).ShouldBeLessThanOrEqualTo(1, $"seed {seed}: the VM runs twice: {Where()}");
    }

    private string Where() => string.Join(", ", _statuses.Select(host => $"{host.Key} {host.Value}{(_dead.Contains(host.Key) ? " (dead)" : "")}"));

    /// <summary>A host loses power permanently; its VMs die with it, and it is fenced later.</summary>
    private void Die(HostName host)
    {
        _dead.Add(host);
        var other = host == Given.Source ? _to : Given.Source;
        _statuses[host] = VmStatus.Down;
        if (_jobRuns && (host == Given.Source || host == _to))
        {
            _jobRuns = false;
            if (_isPostCopy)
                SetStatus(other, VmStatus.PostCopyFailed);
            else if (host == Given.Source)
                Destination = Chance(0.7) ? VmStatus.Down : VmStatus.MigratingTo;
            else
                EndJob(JobResult.Failed);
        }

        At(FaultDuration + Within(60), () => Apply(new HostFenced(host, _agents[host].Epoch, "tester")));
    }

    private void Apply(MigrationInput input)
    {
        Journal.Add((_now, input));
        var transition = MigrationStateMachine.Apply(State, input, _now);
        State = transition.State;
        foreach (var command in transition.Outputs.OfType<SendCommand>())
            Send(() => Handle(command.Host, command.Command));
        CheckAdmission(transition);
        if (MigrationTimers.NextDue(State) is { } due)
            At(due > _now ? due - _now : TimeSpan.Zero, () =>
            {
                if (MigrationTimers.NextDue(State) <= _now)
                    Apply(new TimerElapsed());
            });
    }

    private void Handle(HostName host, AgentCommand command)
    {
        if (_dead.Contains(host))
            return;
        if (!_answers.TryGetValue(command.CommandId, out var answer))
            _answers[command.CommandId] = answer = Execute(host, command);
        Send(() => Apply(new AnswerReceived(answer)));
    }

    private CommandAnswer Execute(HostName host, AgentCommand command)
    {
        var result = command switch
        {
            PrepareIncoming => Chance(0.05) ? CommandResult.Rejected : CommandResult.Succeeded,
            StartMigration start => StartJob(start),
            AbortJob abort => Abort(abort.Epoch),
            ChangeParameters change => Change(change),
            CleanUpIncoming => Chance(0.1) ? CommandResult.Failed : CleanUp(host),
            ResumeOnSource => Chance(0.1) ? CommandResult.Failed : Resume(),
            DestroyOrphan => Chance(0.1) ? CommandResult.Failed : DestroyCopy(),
            RecoverPostCopy => Chance(0.4) ? CommandResult.Failed : Recover(),
            _ => CommandResult.Failed,
        };
        return new CommandAnswer
        {
            Host = host,
            MigrationId = command.MigrationId,
            Epoch = command.Epoch,
            CommandId = command.CommandId,
            Result = result,
            Refusals = result == CommandResult.Succeeded ? [] : [new Refusal(RefusalCode.HypervisorError, "rejected")],
            DestinationUri = command is PrepareIncoming ? "qemu+tcp://hostb/system" : null,
        };
    }

    private CommandResult StartJob(StartMigration start)
    {
        if (start.Epoch <= _abortedBeforeStart || start.Epoch <= _jobEpoch || Source != VmStatus.Up || _jobRuns || Chance(0.05))
            return CommandResult.Rejected;
        (_to, _jobEpoch, _isPostCopy) = (start.Destination, start.Epoch, false);
        if (_dead.Contains(_to))
        {
            At(Within(30), () => EndJob(JobResult.Failed));
            return CommandResult.Succeeded;
        }

        (_jobRuns, _jobSince) = (true, _now);
        (Source, Destination) = (VmStatus.MigratingFrom, VmStatus.MigratingTo);
        At(Within(150), () => EndJobRandomly(start.Epoch));
        return CommandResult.Succeeded;
    }

    private CommandResult Abort(Epoch epoch)
    {
        if (!_jobRuns && _jobEpoch != epoch)
        {
            _abortedBeforeStart = epoch;
            return CommandResult.Succeeded;
        }

        if (!_jobRuns || _isPostCopy)
            return CommandResult.Rejected;
        EndJob(JobResult.Cancelled);
        return CommandResult.Succeeded;
    }

    // The agent removes an incoming VM that has never run there, and nothing else.
    private CommandResult CleanUp(HostName host)
    {
        if (_statuses[host] == VmStatus.MigratingTo && !IsBroken && !_jobRuns)
            SetStatus(host, VmStatus.Down);
        return _statuses[host] == VmStatus.Down ? CommandResult.Succeeded : CommandResult.Rejected;
    }

    private CommandResult Resume()
    {
        if (Source == VmStatus.Paused)
            Source = VmStatus.Up;
        return Source == VmStatus.Up ? CommandResult.Succeeded : CommandResult.Rejected;
    }

    private CommandResult DestroyCopy()
    {
        if (Source is VmStatus.Up or VmStatus.MigratingFrom)
            return CommandResult.Rejected;
        Source = VmStatus.Down;
        return CommandResult.Succeeded;
    }

    private CommandResult Change(ChangeParameters change)
    {
        if (!_jobRuns || Chance(0.1))
            return CommandResult.Rejected;
        _isPostCopy |= change.Parameters.PostCopy == true;
        return CommandResult.Succeeded;
    }

    private void EndJobRandomly(Epoch epoch)
    {
        var draw = _random.NextDouble();
        if (!_jobRuns || _jobEpoch != epoch)
            return;
        if (draw < 0.05)
            LoseVm();
        else if (draw < 0.15 && _isPostCopy)
            BreakPostCopy();
        else if (draw < 0.5 || _isPostCopy)
            EndJob(JobResult.Completed);
        else if (draw < 0.6)
            InterruptSwitchover();
        else if (draw < 0.75)
            ReachLimit();
        else
            EndJob(JobResult.Failed);
    }

    private void BreakPostCopy()
    {
        (_jobRuns, _cannotRecover) = (false, Chance(0.3));
        (Source, Destination) = (VmStatus.PostCopyFailed, VmStatus.PostCopyFailed);
    }

    private CommandResult Recover()
    {
        if (_cannotRecover || _dead.Contains(_to) || _dead.Contains(Given.Source))
            return CommandResult.Failed;
        if (!IsBroken)
            return _jobRuns && _isPostCopy ? CommandResult.Succeeded : CommandResult.Rejected;
        _jobRuns = true;
        (Source, Destination) = (VmStatus.MigratingFrom, VmStatus.MigratingTo);
        var epoch = _jobEpoch;
        At(Within(60), () => EndJobRandomly(epoch));
        return CommandResult.Succeeded;
    }

    /// <summary>The source's libvirtd dies at the switchover: its copy stays paused, whether or not the destination runs the VM.</summary>
    private void InterruptSwitchover()
    {
        EndJob(JobResult.Failed);
        (Source, Destination) = (VmStatus.Paused, Chance(0.5) ? VmStatus.Up : VmStatus.Down);
    }

    private void LoseVm()
    {
        _jobRuns = false;
        (Source, Destination) = (VmStatus.Down, VmStatus.Down);
        _stopped = _kind < 0.5 && !_isPostCopy ? "shut off (crashed)" : null;
    }

    private void ReachLimit()
    {
        var epoch = _jobEpoch;
        Send(() => Apply(new EventReceived(new LimitReached
        {
            Host = Given.Source,
            MigrationId = State!.Id,
            Epoch = epoch,
            VmId = Given.Vm,
            At = _now,
            Limit = HardLimit.CompletionTimeout,
            Value = TimeSpan.FromSeconds(10),
        })));
        EndJob(JobResult.Cancelled);
    }

    private void EndJob(JobResult result)
    {
        _jobRuns = false;
        if (result == JobResult.Completed)
            (Source, Destination) = (VmStatus.Down, _kind > 0.9 ? VmStatus.Paused : VmStatus.Up);
        else
            (Destination, Source) = (VmStatus.Down, VmStatus.Up);
        var (at, epoch) = (_now, _jobEpoch);
        Send(() => Apply(new EventReceived(new JobEnded
        {
            Host = Given.Source,
            MigrationId = State!.Id,
            Epoch = epoch,
            VmId = Given.Vm,
            At = at,
            Result = result,
            Error = result == JobResult.Failed ? "link lost" : "",
        })));
    }

    private void Tick(HostName host)
    {
        if (_dead.Contains(host))
            return;
        var (epoch, sequence) = _agents[host];
        _agents[host] = IsFaulty && Chance(0.02) ? (epoch + 1, 0) : (epoch, sequence + 1);
        var status = _statuses[host];
        var isReachable = !IsFaulty || !Chance(0.05);
        var sample = _jobRuns && host == Given.Source
            ? Sample()
            : null;
        var (reportEpoch, reportSequence) = _agents[host];
        var at = _now;
        Send(() => Apply(new ReportReceived(
            host, reportEpoch, reportSequence, isReachable,
            isReachable ? Describe(host, status) : null, sample, At: at)));
        At(TimeSpan.FromSeconds(1), () => Tick(host));
    }

    private VmStatusReport? Describe(HostName host, VmStatus status) =>
        status != VmStatus.Down ? new VmStatusReport(Given.Vm, "g1", status, "")
        : host == Given.Source && _stopped is not null ? new VmStatusReport(Given.Vm, "g1", status, _stopped)
        : null;

    /// <summary>Delivers a message: late, repeatedly or not at all while faults last, promptly afterwards.</summary>
    private void Send(Action deliver)
    {
        if (!IsFaulty)
        {
            At(TimeSpan.FromMilliseconds(_random.Next(200)), deliver);
            return;
        }

        if (Chance(0.15))
            return;
        At(Within(20), deliver);
        if (Chance(0.15))
            At(Within(60), deliver);
    }
}
