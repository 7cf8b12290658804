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
using Mesh.Hypervisor;

namespace Mesh.Migrations.Tests;

/// <summary>Drives one migration step by step and records its outputs.</summary>
internal sealed class MigrationDriver
{
    private long _sequence;

    public MigrationDriver(MigrationOptions? options = null, MigrationLimits? limits = null, MigrationFacts? facts = null, params HostName[] alternatives)
        : this(Given.Request(options, limits, alternatives), facts)
    {
    }

    public MigrationDriver(RequestMigration request, MigrationFacts? facts = null, bool isAdmittedAtOnce = true)
    {
        IsAdmittedAtOnce = isAdmittedAtOnce;
        LocatedVm = VmLocator.Locate((facts ??= Given.Facts()).Candidates);
        Apply(new RequestReceived(request, facts));
    }

    /// <summary>A migration under a policy.</summary>
    public static MigrationDriver Under(EffectivePolicy policy, MigrationOptions? options = null, MigrationLimits? limits = null) =>
        new(options, limits, Given.Facts() with { Policy = policy });

    /// <summary>A migration with several allowed hosts.</summary>
    public static MigrationDriver WithAlternatives(params HostName[] alternatives) => new(null, null, null, alternatives);

    /// <summary>A migration that has not been admitted yet.</summary>
    public static MigrationDriver Waiting(RequestMigration? request = null, MigrationFacts? facts = null) => new(request ?? Given.Request(), facts, isAdmittedAtOnce: false);

    public DateTimeOffset Now { get; private set; } = Given.Start;

    public MigrationState State { get; private set; } = null!;

    public List<MigrationOutput> Outputs { get; } = [];

    /// <summary>Whether a queued migration is admitted at once, to the first allowed host that has not failed.</summary>
    public bool IsAdmittedAtOnce { get; set; }

    /// <summary>The VM as it is described when an attempt is admitted; null for one that no host reports.</summary>
    public LocatedVm? LocatedVm { get; set; }

    public IEnumerable<MigrationEvent> Events => Outputs.OfType<PublishEvent>().Select(published => published.Event);

    public IEnumerable<AgentCommand> Commands => Outputs.OfType<SendCommand>().Select(sent => sent.Command);

    public MigrationDriver Apply(MigrationInput input)
    {
        var transition = MigrationStateMachine.Apply(State, input, Now);
        State = transition.State;
        Outputs.AddRange(transition.Outputs);

        return State.Phase == MigrationPhase.Queued && IsAdmittedAtOnce ? Admit() : this;
    }

    /// <summary>The scheduler admits the queued attempt.</summary>
    public MigrationDriver Admit(HostName? to = null, bool mayTransfer = true, BytesPerSecond? share = null)
    {
        var admission = Given.Admission(to ?? NextHost(), State.Attempt, mayTransfer, share);
        Ask(admission).ShouldBe(new AdmissionAnswer(true));
        return this;
    }

    /// <summary>Validates and applies an admission like the grain, and returns its answer.</summary>
    public AdmissionAnswer Ask(AdmitMigration admission, DestinationFacts? destination = null)
    {
        if (AdmissionRules.Validate(State, admission, LocatedVm, destination ?? Given.Fit(admission.Destination), Now) is { } rejection)
            return rejection;
        if (State.Phase == MigrationPhase.Queued)
            Apply(new AdmissionReceived(admission, LocatedVm!, State.Epoch < Given.Epoch ? Given.Epoch : State.Epoch.Next()));
        else
            Apply(new TransferAdmissionReceived(admission.Bandwidth));
        return new AdmissionAnswer(true);
    }

    private HostName NextHost() => (State.Preferences.AllowedHosts.Count > 0 ? State.Preferences.AllowedHosts : [Given.Destination, Given.Third, Given.Fourth])
        .First(host => State.FailedAttempts.All(failed => failed.Destination != host));

    /// <summary>Advances the time and fires every timer that is due.</summary>
    public MigrationDriver Wait(TimeSpan duration)
    {
        var until = Now + duration;
        while (MigrationTimers.NextDue(State) is { } due && due <= until)
        {
            Now = due > Now ? due : Now;
            Apply(new TimerElapsed());
        }

        Now = until;
        return this;
    }

    /// <summary>Simulates a restart: the state is read back from its JSON.</summary>
    public void Restart() => State = JsonSerializer.Deserialize<MigrationState>(JsonSerializer.Serialize(State, MeshJson.Options), MeshJson.Options)!;

    /// <summary>Sets the clock back, which can only happen across a restart.</summary>
    public void SetBack(TimeSpan by) => Now -= by;

    public T Last<T>()
        where T : AgentCommand => Commands.OfType<T>().Last();

    public MigrationDriver Answer(AgentCommand command, CommandResult result = CommandResult.Succeeded, params Refusal[] refusals) =>
        Apply(new AnswerReceived(new CommandAnswer
        {
            Host = Outputs.OfType<SendCommand>().First(sent => sent.Command.CommandId == command.CommandId).Host,
            MigrationId = command.MigrationId,
            Epoch = command.Epoch,
            CommandId = command.CommandId,
            Result = result,
            Refusals = refusals,
            DestinationUri = command is PrepareIncoming ? "qemu+tcp://hostb/system" : null,
        }));

    /// <summary>The source answers a change, with the result of each parameter.</summary>
    public MigrationDriver Answer(ChangeParameters command, params ParameterAnswer[] parameters) => Apply(new AnswerReceived(new CommandAnswer
    {
        Host = Given.Source,
        MigrationId = command.MigrationId,
        Epoch = command.Epoch,
        CommandId = command.CommandId,
        Result = parameters.All(parameter => parameter.Result == ParameterResult.Refused) ? CommandResult.Rejected : CommandResult.Succeeded,
        Refusals = [.. parameters.Where(parameter => parameter.Result == ParameterResult.Refused).Select(parameter => new Refusal(RefusalCode.HypervisorError, parameter.Explanation))],
        Parameters = parameters,
    }));

    public MigrationDriver Change(ChangeMigration change, EffectivePolicy? policy = null) => Apply(new ChangeReceived(change, policy));

    public ChangeMigration NewChange(string id = "c1") => new() { Id = State.Id, ChangeId = id, RequestedBy = "tester", Reason = "it takes too long" };

    /// <summary>Reports telemetry of a pass over memory, at a time since the copy began.</summary>
    public MigrationDriver Pass(long iteration, double atSeconds, long remainingMiB = 512)
    {
        Now = Given.Start + TimeSpan.FromSeconds(atSeconds) is var at && at > Now ? at : Now;
        var sample = Sample(remainingMiB: remainingMiB);
        return Report(Given.Source, VmStatus.MigratingFrom, sample with
        {
            Copy = sample.Copy with
            {
                Elapsed = TimeSpan.FromSeconds(atSeconds),
                Iteration = iteration,
                Bandwidth = BytesPerSecond.FromMebibytes(100),
                DirtyPagesPerSecond = 10_000,
            },
        });
    }

    public MigrationDriver Prepared() => Answer(Last<PrepareIncoming>());

    public MigrationDriver Started() => Prepared().Answer(Last<StartMigration>());

    public MigrationDriver Report(
        HostName host, VmStatus? status, MigrationSample? sample = null, long agentEpoch = 1, string detail = "", ThirdHostPresence elsewhere = ThirdHostPresence.No) =>
        Apply(new ReportReceived(
            host, agentEpoch, ++_sequence, true, status is { } known ? new VmStatusReport(Given.Vm, "g1", known, detail) : null, sample, elsewhere, At: Now));

    /// <summary>One tick passes, and then the host reports.</summary>
    public MigrationDriver Tick(HostName host, VmStatus? status, string detail = "", MigrationSample? sample = null) =>
        Wait(TimeSpan.FromSeconds(1)).Report(host, status, sample, detail: detail);

    /// <summary>An event in a host's name, about the current attempt unless it is changed.</summary>
    public MigrationDriver Event(AgentEvent received) => Apply(new EventReceived(received));

    public JobEnded Ended(JobResult result, string error = "") => new()
    {
        Host = Given.Source,
        MigrationId = State.Id,
        Epoch = State.Epoch,
        VmId = Given.Vm,
        At = Now,
        Result = result,
        Error = error,
    };

    /// <summary>The source reports that nothing less has remained for a time.</summary>
    public MigrationDriver Stalls(int seconds) => Event(new JobStalled
    {
        Host = Given.Source,
        MigrationId = State.Id,
        Epoch = State.Epoch,
        VmId = Given.Vm,
        At = Now,
        StalledFor = TimeSpan.FromSeconds(seconds),
    });

    public MigrationDriver ReportBoth(VmStatus? source, VmStatus? destination) => Report(Given.Source, source).Report(Given.Destination, destination);

    public MigrationDriver JobEnds(JobResult result, string error = "") => Event(Ended(result, error));

    /// <summary>The agent reports that it aborts the current attempt because of a hard limit.</summary>
    public MigrationDriver ReachesLimit(HardLimit limit, int seconds) => Apply(new EventReceived(new LimitReached
    {
        Host = Given.Source,
        MigrationId = State.Id,
        Epoch = State.Epoch,
        VmId = Given.Vm,
        At = Now,
        Limit = limit,
        Value = TimeSpan.FromSeconds(seconds),
    }));

    public MigrationDriver Abort() => Apply(new AbortReceived(new AbortMigration(State.Id, "tester")));

    public MigrationDriver Fence(HostName host) => Apply(new HostFenced(host, 1, "tester"));

    /// <summary>Telemetry of the first attempt in a phase.</summary>
    public static MigrationSample CreateSample(JobPhase phase) => new() { MigrationId = new MigrationId("m1"), Epoch = Given.Epoch, VmId = Given.Vm, Phase = phase, Copy = new() };

    public MigrationSample Sample(JobPhase phase = JobPhase.PreCopy, long remainingMiB = 512) => new()
    {
        MigrationId = State.Id,
        Epoch = State.Epoch,
        VmId = Given.Vm,
        Phase = phase,
        Copy = new() { Memory = new TransferProgress(Bytes.FromMebibytes(1024), Bytes.FromMebibytes(remainingMiB), Bytes.FromMebibytes(1024 - remainingMiB)) },
    };
}
