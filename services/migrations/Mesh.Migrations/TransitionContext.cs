using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Migrations;

/// <summary>One application of an input while it is worked out: the state so far and what is to be said.</summary>
internal sealed class TransitionContext(MigrationState state, DateTimeOffset now)
{
    private readonly List<MigrationOutput> _outputs = [];

    public MigrationState State { get; set; } = state;

    public DateTimeOffset Now { get; } = now;

    /// <summary>What the policy's plan wants done in this turn.</summary>
    public IReadOnlyList<PlannedAction> PlannedActions { get; set; } = [];

    public HostName Source => State.Source ?? throw new InvalidOperationException("a flight under way has a source");

    public HostName Destination => State.Destination ?? throw new InvalidOperationException("a flight that was admitted has a destination");

    public Transition ToTransition() => new(State, _outputs);

    /// <summary>Gives a command and remembers it until it is answered; <paramref name="later"/> only remembers it until it is due.</summary>
    public void Send(HostName host, Func<CommandHeader, AgentCommand> make, bool later = false)
    {
        var number = State.CommandsSent + 1;
        var command = make(new CommandHeader(new CommandId($"{State.Id}.{State.Epoch}.{number}"), State));
        State = State with
        {
            CommandsSent = number,
            Outstanding = [.. State.Outstanding, new OutstandingCommand(host, command, later ? 0 : 1, MigrationTimers.ResendAt(1, Now))],
        };
        if (!later)
            _outputs.Add(new SendCommand(host, command));
    }

    /// <summary>Says a remembered command once more.</summary>
    public void Resend(OutstandingCommand outstanding) => _outputs.Add(new SendCommand(outstanding.Host, outstanding.Command));

    public void Publish(MigrationEvent published) => _outputs.Add(new PublishEvent(published));

    /// <summary>Enters a phase, or gives a new reason for the present one.</summary>
    public void EnterPhase(MigrationPhase phase, string reason = "")
    {
        if (State.Phase == phase)
        {
            State = State with { Reason = reason };
            return;
        }

        State = State with { Phase = phase, Reason = reason, PhaseSince = Now };
        Publish(new MigrationPhaseChanged
        {
            MigrationId = State.Id,
            VmName = State.VmName(),
            Source = State.Source,
            Destination = State.Destination,
            At = Now,
            Phase = phase,
            Reason = reason,
        });
    }

    /// <summary>Names the end.</summary>
    public void End(MigrationOutcome outcome, string reason)
    {
        var succeeded = outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy;
        State = State with
        {
            Phase = MigrationPhase.Ended,
            PhaseSince = Now,
            Outcome = outcome,
            Reason = reason,
            EndedAt = Now,
            Outstanding = [],
            PendingLocation = null,
            Stalled = false,
            Advice = FailureAdvice.Describe(State, outcome),
            Progress = succeeded ? new Percent(100) : State.Progress,
        };
        Publish(new MigrationEnded
        {
            MigrationId = State.Id,
            VmName = State.VmName(),
            Source = State.Source,
            Destination = State.Destination,
            At = Now,
            Outcome = outcome,
            Reason = reason,
            Advice = State.Advice,
            TotalTime = Now - State.RequestedAt,
            ActualDowntime = State.Sample?.Copy.ActualDowntime,
            History = CreateHistory(),
        });
    }

    private VmMigrationHistory? CreateHistory() => State is { Vm: { } vm, Forecast: { DirtyRate: { } dirtied, Bandwidth: { Count: > 0 } copied } }
        ? new VmMigrationHistory(vm.Id, dirtied, copied, Now)
        : null;
}

/// <summary>What every command of a flight begins with.</summary>
internal readonly record struct CommandHeader(CommandId CommandId, MigrationState State)
{
    public MigrationId MigrationId => State.Id;

    public Epoch Epoch => State.Epoch;

    public VmId VmId => State.Vm!.Id;

    public string? TraceParent => State.Request.TraceParent;
}
