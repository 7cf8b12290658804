using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>
/// One migration as a pure function: its state, an input and the time in, its next state and outputs out. The same inputs at the same
/// times always give the same outputs, so a recorded migration replays exactly.
/// </summary>
public static class MigrationStateMachine
{
    /// <summary>Applies one input.</summary>
    /// <param name="state">The state; null before the request.</param>
    /// <param name="input">The input; any input may arrive twice, late, or out of order.</param>
    /// <param name="now">The time by the mesh's clock, never a host's.</param>
    /// <exception cref="InvalidOperationException">The first input is not a request.</exception>
    public static Transition Apply(MigrationState? state, MigrationInput input, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (state is null)
            return input is RequestReceived request
                ? StartPhase.Begin(request, now)
                : throw new InvalidOperationException($"{input.GetType().Name} was received before the migration's request");
        if (state.HasEnded)
            return new Transition(state, []);

        var context = new TransitionContext(state.AdvanceTo(now), now);
        switch (input)
        {
            case RequestReceived:
                break;
            case AbortReceived abort:
                AbortHandler.Handle(context, new AbortRequest(AbortCause.Operator, $"aborted by {abort.Abort.RequestedBy}"));
                break;
            case ChangeReceived change:
                ChangeHandler.Handle(context, change);
                break;
            case AnswerReceived answer:
                AnswerHandler.Handle(context, answer.Answer);
                break;
            case EventReceived received:
                TelemetryHandler.Handle(context, received.Event);
                break;
            case ReportReceived report:
                TelemetryHandler.Handle(context, report);
                break;
            case HostFenced fenced:
                FenceHandler.Handle(context, fenced);
                break;
            case AdmissionReceived admission:
                AdmissionHandler.BeginAttempt(context, admission);
                break;
            case TransferAdmissionReceived transfer:
                AdmissionHandler.AllowTransfer(context, transfer.Share);
                break;
            case DismissalReceived dismissal:
                AdmissionHandler.Dismiss(context, dismissal.Refusals);
                break;
            case RescheduleReceived reschedule:
                AdmissionHandler.Reschedule(context, reschedule.Request);
                break;
            case TimerElapsed:
                TimerHandler.Handle(context);
                break;
            default:
                throw new InvalidOperationException($"no transition for {input.GetType().Name}");
        }

        CompletionPhase.CheckForEnd(context);
        return context.ToTransition();
    }

    /// <summary>The answer to a change that has been applied.</summary>
    /// <param name="state">The state after it.</param>
    /// <param name="changeId">The change.</param>
    public static ChangeAnswer AnswerToChange(MigrationState state, string changeId)
    {
        ArgumentNullException.ThrowIfNull(state);
        return ChangeHandler.FindChange(state, changeId) is { } change
            ? new(ChangeResult.Accepted, change.Answers is null ? $"sent to {state.Source}" : "done", change)
            : new(ChangeResult.AlreadyEnded, "the migration can no longer be changed");
    }

    /// <summary>The answer to an abort request that has been applied.</summary>
    /// <param name="state">The state after it.</param>
    public static AbortAnswer AnswerToAbort(MigrationState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state switch
        {
            { Outcome: { } outcome, Phase: MigrationPhase.Ended } when state.AbortRequest is not { Cause: AbortCause.Operator } =>
                new(AbortResult.AlreadyEnded, $"the migration has already ended: {outcome}"),
            { AbortRequest: { } request } => new(AbortResult.Aborting, request.Reason),
            { GuestStop.IsConfirmed: true, GuestStop.Detail: var stopped } => new(AbortResult.TooLate, $"the migration is ending by itself: {stopped}"),
            { Phase: MigrationPhase.PostCopy } =>
                new(AbortResult.TooLate, "the VM already runs on the destination and would lose its memory if the migration were aborted"),
            _ => new(AbortResult.TooLate, "the migration's job has ended; waiting for both hosts to confirm the outcome"),
        };
    }
}
