using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Migrations;

/// <summary>One transition: the state so far and the outputs.</summary>
internal sealed class TransitionContext(MigrationState state, DateTimeOffset now)
{
    private readonly List<MigrationOutput> _outputs = [];

    public MigrationState State { get; set; } = state;

    public DateTimeOffset Now { get; } = now;

    /// <summary>Actions that the policy's plan has decided on in this transition.</summary>
    public IReadOnlyList<PlannedAction> PlannedActions { get; set; } = [];

    public HostName Source => State.Source ?? throw new InvalidOperationException("a migration under way has a source");

    public HostName Destination => State.Destination ?? throw new InvalidOperationException("an admitted migration has a destination");

    public Transition ToTransition() => new(State, _outputs);

    /// <summary>Sends a command, head filled in, and keeps it until it is answered; with <paramref name="later"/> it is sent when it is next due.</summary>
    /// <returns>The command's identity.</returns>
    public CommandId Send(HostName host, AgentCommand command, bool later = false)
    {
        var number = State.CommandsSent + 1;
        var sent = command with
        {
            CommandId = new CommandId($"{State.Id}.{State.Epoch}.{number}"),
            MigrationId = State.Id,
            Epoch = State.Epoch,
            VmId = State.Vm!.Id,
            TraceParent = State.Request.TraceParent,
        };
        State = State with
        {
            CommandsSent = number,
            Outstanding = [.. State.Outstanding, new OutstandingCommand(host, sent, later ? 0 : 1, MigrationTimers.ResendAt(1, Now))],
        };
        if (!later)
            _outputs.Add(new SendCommand(host, sent));
        return sent.CommandId;
    }

    /// <summary>Sends an unanswered command again.</summary>
    public void Resend(OutstandingCommand outstanding) => _outputs.Add(new SendCommand(outstanding.Host, outstanding.Command));

    /// <summary>Publishes an event, head filled in.</summary>
    public void Publish(MigrationEvent published) => _outputs.Add(new PublishEvent(published with
    {
        MigrationId = State.Id,
        VmName = State.VmName(),
        Source = State.Source,
        Destination = State.Destination,
        At = Now,
    }));

    /// <summary>Records for the log that an agent's message has no effect; a merely late one needs no mention.</summary>
    public void Ignore(HostName host, object message, string problem)
    {
        if (problem.Length > 0)
            _outputs.Add(new IgnoreMessage(host, message.GetType().Name, problem));
    }

    /// <summary>Enters a phase, or sets a new reason for the current one.</summary>
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
            Phase = phase,
            Reason = reason,
        });
    }

    /// <summary>Ends the migration with a named outcome.</summary>
    public void End(MigrationOutcome outcome, string reason)
    {
        var succeeded = outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy;
        var cause = RetryPolicy.FindCause(State);
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
            Outcome = outcome,
            Reason = reason,
            Cause = outcome is MigrationOutcome.Failed ? cause : null,
            Advice = State.Advice,
            TotalTime = Now - State.RequestedAt,
            ActualDowntime = State.Sample?.Copy.ActualDowntime,
            History = CreateHistory(),
        });
    }

    private VmMigrationHistory? CreateHistory() => State is { Vm: { } vm, Forecast: { DirtyRate: { } dirtyRate, Bandwidth: { Count: > 0 } bandwidth } }
        ? new VmMigrationHistory(vm.Id, dirtyRate, bandwidth, Now)
        : null;
}
