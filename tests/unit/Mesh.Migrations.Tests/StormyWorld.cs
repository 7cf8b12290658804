using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

/// <summary>
/// Two hosts, one machine and a network out of one random seed. Faults stop after a while; the flight must then end, and its end
/// must agree with where the machine really is, then and after every message still under way has arrived.
/// </summary>
internal sealed class StormyWorld(int seed)
{
    private static readonly TimeSpan StormLasts = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan EndMustComeWithin = TimeSpan.FromMinutes(15);

    private readonly Random _random = new(seed);
    private readonly PriorityQueue<Action, DateTimeOffset> _agenda = new();
    private readonly Dictionary<CommandId, CommandAnswer> _answers = [];
    private readonly Dictionary<HostName, (long Epoch, long Sequence)> _agents = new() { [Given.Source] = (1, 0), [Given.Destination] = (1, 0) };
    private DateTimeOffset _now = Given.Start;
    private VmStatus _source = VmStatus.Up;
    private VmStatus _destination = VmStatus.Down;
    private bool _jobRuns;
    private bool _isPostCopy;
    private bool _abortedBeforeStart;

    public List<(DateTimeOffset At, FlightInput Input)> Journal { get; } = [];

    public FlightState? State { get; private set; }

    public void Run()
    {
        var timeout = Chance(0.3) ? TimeSpan.FromSeconds(_random.Next(1, 90)) : (TimeSpan?)null;
        var action = (TimeoutAction)_random.Next(3);
        Tell(new RequestReceived(
            Given.Request(new MigrationOptions { PostCopy = true, Timeout = timeout, TimeoutAction = action }), Given.Facts(), Given.Epoch));
        if (State!.HasEnded)
            return;
        if (Chance(0.3))
            At(Within(120), () => Tell(new AbortReceived(new AbortMigration(State.Id, "tester"))));
        Tick(Given.Source);
        Tick(Given.Destination);

        var deadline = Given.Start + StormLasts + EndMustComeWithin;
        while (_now < deadline && _agenda.TryDequeue(out var next, out var at))
        {
            _now = at;
            next();
            CheckEnd();
        }

        State.HasEnded.ShouldBeTrue($"seed {seed}: still {State.Phase} ({State.Reason}) with source {_source}, destination {_destination}");
    }

    private bool IsStormy => _now < Given.Start + StormLasts;

    private void CheckEnd()
    {
        if (!State!.HasEnded)
            return;
        var where = (_source, _destination);
        var expected = State.Outcome switch
        {
            MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy => (VmStatus.Down, VmStatus.Up),
            MigrationOutcome.Lost => (VmStatus.Down, VmStatus.Down),
            _ => (VmStatus.Up, VmStatus.Down),
        };
        where.ShouldBe(expected, $"seed {seed}: {State.Outcome} ({State.Reason})");
    }

    private void Tell(FlightInput input)
    {
        Journal.Add((_now, input));
        var transition = Flight.Apply(State, input, _now);
        State = transition.State;
        foreach (var command in transition.Outputs.OfType<CommandGiven>())
            Carry(() => Obey(command.Host, command.Command));
        if (FlightTimers.NextDue(State) is { } due)
            At(due > _now ? due - _now : TimeSpan.Zero, () =>
            {
                if (FlightTimers.NextDue(State) <= _now)
                    Tell(new TimeCame());
            });
    }

    private void Obey(HostName host, AgentCommand command)
    {
        if (!_answers.TryGetValue(command.CommandId, out var answer))
            _answers[command.CommandId] = answer = Act(host, command);
        Carry(() => Tell(new AnswerReceived(answer)));
    }

    private CommandAnswer Act(HostName host, AgentCommand command)
    {
        var result = command switch
        {
            PrepareIncoming => Chance(0.05) ? CommandResult.Refused : CommandResult.Done,
            StartMigration => StartJob(),
            AbortJob => Abort(),
            ChangeParameters change => Change(change),
            CleanUpIncoming => Chance(0.1) ? CommandResult.Failed : _destination == VmStatus.Up ? CommandResult.Refused : CommandResult.Done,
            _ => CommandResult.Failed,
        };
        return new CommandAnswer
        {
            Host = host,
            MigrationId = command.MigrationId,
            Epoch = command.Epoch,
            CommandId = command.CommandId,
            Result = result,
            Refusals = result == CommandResult.Done ? [] : [new Refusal(RefusalCode.Hypervisor, "said no")],
            DestinationUri = command is PrepareIncoming ? "qemu+tcp://hostb/system" : null,
        };
    }

    private CommandResult StartJob()
    {
        if (_abortedBeforeStart || _source != VmStatus.Up || Chance(0.05))
            return CommandResult.Refused;
        _jobRuns = true;
        (_source, _destination) = (VmStatus.MigratingFrom, VmStatus.MigratingTo);
        At(Within(150), EndJobByItself);
        return CommandResult.Done;
    }

    private CommandResult Abort()
    {
        if (_source == VmStatus.Up && !_jobRuns)
        {
            _abortedBeforeStart = true;
            return CommandResult.Done;
        }

        if (!_jobRuns || _isPostCopy)
            return CommandResult.Refused;
        EndJob(JobResult.Cancelled);
        return CommandResult.Done;
    }

    private CommandResult Change(ChangeParameters change)
    {
        _isPostCopy |= _jobRuns && change.PostCopy == true;
        return CommandResult.Done;
    }

    private void EndJobByItself()
    {
        var fate = _random.NextDouble();
        if (!_jobRuns)
            return;
        if (fate < 0.05)
            LoseTheMachine();
        else if (fate < 0.55 || _isPostCopy)
            EndJob(JobResult.Completed);
        else if (fate < 0.7)
            ReachLimit();
        else
            EndJob(JobResult.Failed);
    }

    private void LoseTheMachine()
    {
        _jobRuns = false;
        (_source, _destination) = (VmStatus.Down, VmStatus.Down);
    }

    private void ReachLimit()
    {
        Carry(() => Tell(new EventReceived(new LimitReached
        {
            Host = Given.Source,
            MigrationId = State!.Id,
            Epoch = State.Epoch,
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
        (_source, _destination) = result == JobResult.Completed ? (VmStatus.Down, VmStatus.Up) : (VmStatus.Up, VmStatus.Down);
        Carry(() => Tell(new EventReceived(new JobEnded
        {
            Host = Given.Source,
            MigrationId = State!.Id,
            Epoch = State.Epoch,
            VmId = Given.Vm,
            At = _now,
            Result = result,
            Error = result == JobResult.Failed ? "link lost" : "",
        })));
    }

    private void Tick(HostName host)
    {
        var (epoch, sequence) = _agents[host];
        _agents[host] = IsStormy && Chance(0.02) ? (epoch + 1, 0) : (epoch, sequence + 1);
        var status = host == Given.Source ? _source : _destination;
        var isReachable = !IsStormy || !Chance(0.05);
        var sample = _jobRuns && host == Given.Source
            ? new MigrationSample { MigrationId = State!.Id, Epoch = State.Epoch, VmId = Given.Vm, Phase = _isPostCopy ? JobPhase.PostCopy : JobPhase.PreCopy }
            : null;
        var (reportEpoch, reportSequence) = _agents[host];
        Carry(() => Tell(new ReportReceived(
            host, reportEpoch, reportSequence, isReachable,
            isReachable && status != VmStatus.Down ? new VmStatusReport(Given.Vm, "g1", status, "") : null, sample)));
        At(TimeSpan.FromSeconds(1), () => Tick(host));
    }

    /// <summary>A message's way: late, repeated or lost while the storm lasts, and prompt after it.</summary>
    private void Carry(Action deliver)
    {
        if (!IsStormy)
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

    private void At(TimeSpan delay, Action action) => _agenda.Enqueue(action, _now + delay);

    private TimeSpan Within(int seconds) => TimeSpan.FromMilliseconds(_random.Next(seconds * 1000));

    private bool Chance(double probability) => _random.NextDouble() < probability;
}
