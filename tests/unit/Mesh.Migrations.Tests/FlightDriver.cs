using System.Text.Json;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Checking;

namespace Mesh.Migrations.Tests;

/// <summary>Leads one flight step by step and remembers what it said.</summary>
internal sealed class FlightDriver
{
    private long _sequence;

    public FlightDriver(MigrationOptions? options = null, MigrationLimits? limits = null, MigrationFacts? facts = null, params HostName[] alternatives)
        : this(Given.Request(options, limits, alternatives), facts)
    {
    }

    public FlightDriver(RequestMigration request, MigrationFacts? facts = null, bool isAdmittedAtOnce = true)
    {
        IsAdmittedAtOnce = isAdmittedAtOnce;
        Machine = VmRules.Locate((facts ??= Given.Facts()).Candidates);
        Tell(new RequestReceived(request, facts));
    }

    /// <summary>A flight under a policy.</summary>
    public static FlightDriver Under(EffectivePolicy policy, MigrationOptions? options = null, MigrationLimits? limits = null) =>
        new(options, limits, Given.Facts() with { Policy = policy });

    /// <summary>A flight that may go to further hosts.</summary>
    public static FlightDriver WithAlternatives(params HostName[] alternatives) => new(null, null, null, alternatives);

    /// <summary>A flight that the scheduler has yet to admit.</summary>
    public static FlightDriver Waiting(RequestMigration? request = null, MigrationFacts? facts = null) => new(request ?? Given.Request(), facts, isAdmittedAtOnce: false);

    public DateTimeOffset Now { get; private set; } = Given.Start;

    public FlightState State { get; private set; } = null!;

    public List<FlightOutput> Outputs { get; } = [];

    /// <summary>Whether a flight that waits is admitted at once: to the first host that may take it and has not failed.</summary>
    public bool IsAdmittedAtOnce { get; set; }

    /// <summary>The machine as it is described when an attempt is admitted; null for one that no host describes.</summary>
    public LocatedVm? Machine { get; set; }

    public IEnumerable<MigrationEvent> Events => Outputs.OfType<EventTold>().Select(told => told.Event);

    public IEnumerable<AgentCommand> Commands => Outputs.OfType<CommandGiven>().Select(given => given.Command);

    public FlightDriver Tell(FlightInput input)
    {
        var transition = Flight.Apply(State, input, Now);
        State = transition.State;
        Outputs.AddRange(transition.Outputs);

        return State.Phase == MigrationPhase.Queued && IsAdmittedAtOnce ? Admit() : this;
    }

    /// <summary>The scheduler admits the attempt that the flight waits for, and it is taken.</summary>
    public FlightDriver Admit(HostName? to = null, bool mayTransfer = true, BytesPerSecond? share = null)
    {
        var admission = Given.Admission(to ?? NextHost(), State.Attempt, mayTransfer, share);
        Ask(admission).ShouldBe(new AdmissionAnswer(true));
        return this;
    }

    /// <summary>Does what the grain does with an admission, and gives its answer.</summary>
    public AdmissionAnswer Ask(AdmitMigration admission, DestinationFacts? destination = null)
    {
        if (Admissions.Objection(State, admission, Machine, destination ?? Given.Fit(admission.Destination), Now) is { } objection)
            return objection;
        if (State.Phase == MigrationPhase.Queued)
            Tell(new AttemptReceived(admission, Machine!, State.Epoch < Given.Epoch ? Given.Epoch : State.Epoch.Next()));
        else
            Tell(new TransferReceived(admission.Bandwidth));
        return new AdmissionAnswer(true);
    }

    private HostName NextHost() => (State.Wish.AllowedHosts.Count > 0 ? State.Wish.AllowedHosts : [Given.Destination, Given.Third, Given.Fourth])
        .First(host => State.FailedAttempts.All(failed => failed.Destination != host));

    /// <summary>Lets time pass, waking the flight whenever it asked for that.</summary>
    public FlightDriver Wait(TimeSpan duration)
    {
        var until = Now + duration;
        while (FlightTimers.NextDue(State) is { } due && due <= until)
        {
            Now = due > Now ? due : Now;
            Tell(new TimeCame());
        }

        Now = until;
        return this;
    }

    /// <summary>What a restart does: the state is read from what was stored.</summary>
    public void Restart() => State = JsonSerializer.Deserialize<FlightState>(JsonSerializer.Serialize(State, MeshJson.Options), MeshJson.Options)!;

    /// <summary>Sets the clock back, as only a restart can.</summary>
    public void SetBack(TimeSpan by) => Now -= by;

    public T Last<T>()
        where T : AgentCommand => Commands.OfType<T>().Last();

    public FlightDriver Answer(AgentCommand command, CommandResult result = CommandResult.Done, params Refusal[] refusals) =>
        Tell(new AnswerReceived(new CommandAnswer
        {
            Host = Outputs.OfType<CommandGiven>().First(given => given.Command.CommandId == command.CommandId).Host,
            MigrationId = command.MigrationId,
            Epoch = command.Epoch,
            CommandId = command.CommandId,
            Result = result,
            Refusals = refusals,
            DestinationUri = command is PrepareIncoming ? "qemu+tcp://hostb/system" : null,
        }));

    /// <summary>The source answers a change, with what became of each parameter.</summary>
    public FlightDriver Answer(ChangeParameters command, params ParameterAnswer[] parameters) => Tell(new AnswerReceived(new CommandAnswer
    {
        Host = Given.Source,
        MigrationId = command.MigrationId,
        Epoch = command.Epoch,
        CommandId = command.CommandId,
        Result = parameters.All(parameter => parameter.Result == ParameterResult.Refused) ? CommandResult.Refused : CommandResult.Done,
        Refusals = [.. parameters.Where(parameter => parameter.Result == ParameterResult.Refused).Select(parameter => new Refusal(RefusalCode.Hypervisor, parameter.Explanation))],
        Parameters = parameters,
    }));

    public FlightDriver Change(ChangeMigration change, EffectivePolicy? policy = null) => Tell(new ChangeReceived(change, policy));

    public ChangeMigration Wish(string id = "c1") => new() { Id = State.Id, ChangeId = id, By = "tester", Why = "it takes too long" };

    /// <summary>Telemetry of a pass over memory arrives, so long after the copying began.</summary>
    public FlightDriver Pass(long iteration, double atSeconds, long remainingMiB = 512)
    {
        Now = Given.Start + TimeSpan.FromSeconds(atSeconds) is var at && at > Now ? at : Now;
        return Report(Given.Source, VmStatus.MigratingFrom, Sample(remainingMiB: remainingMiB) with
        {
            Elapsed = TimeSpan.FromSeconds(atSeconds),
            Iteration = iteration,
            Bandwidth = BytesPerSecond.FromMebibytes(100),
            DirtyRatePagesPerSecond = 10_000,
        });
    }

    public FlightDriver Prepared() => Answer(Last<PrepareIncoming>());

    public FlightDriver Started() => Prepared().Answer(Last<StartMigration>());

    public FlightDriver Report(HostName host, VmStatus? status, MigrationSample? sample = null, long agentEpoch = 1) =>
        Tell(new ReportReceived(
            host, agentEpoch, ++_sequence, true, status is { } known ? new VmStatusReport(Given.Vm, "g1", known, "") : null, sample, At: Now));

    public FlightDriver Both(VmStatus? source, VmStatus? destination) => Report(Given.Source, source).Report(Given.Destination, destination);

    public FlightDriver JobEnds(JobResult result, string error = "") => Tell(new EventReceived(new JobEnded
    {
        Host = Given.Source,
        MigrationId = State.Id,
        Epoch = State.Epoch,
        VmId = Given.Vm,
        At = Now,
        Result = result,
        Error = error,
    }));

    /// <summary>The agent says that it aborts the present attempt for a hard limit.</summary>
    public FlightDriver ReachesLimit(HardLimit limit, int seconds) => Tell(new EventReceived(new LimitReached
    {
        Host = Given.Source,
        MigrationId = State.Id,
        Epoch = State.Epoch,
        VmId = Given.Vm,
        At = Now,
        Limit = limit,
        Value = TimeSpan.FromSeconds(seconds),
    }));

    public FlightDriver Abort() => Tell(new AbortReceived(new AbortMigration(State.Id, "tester")));

    public FlightDriver Fence(HostName host) => Tell(new HostFenced(host, 1, "tester"));

    /// <summary>Telemetry of the first attempt in a phase.</summary>
    public static MigrationSample Of(JobPhase phase) => new() { MigrationId = new MigrationId("m1"), Epoch = Given.Epoch, VmId = Given.Vm, Phase = phase };

    public MigrationSample Sample(JobPhase phase = JobPhase.PreCopy, long remainingMiB = 512) => new()
    {
        MigrationId = State.Id,
        Epoch = State.Epoch,
        VmId = Given.Vm,
        Phase = phase,
        Memory = new TransferProgress(Bytes.FromMebibytes(1024), Bytes.FromMebibytes(remainingMiB), Bytes.FromMebibytes(1024 - remainingMiB)),
    };
}
