using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>
/// The life of one migration as a pure function: what it is told and the time go in, its new state and what it wants said come
/// out. The same inputs at the same times always give the same flight, so a recorded one replays exactly.
/// </summary>
public static class MigrationStateMachine
{
    /// <summary>Takes one input.</summary>
    /// <param name="state">The state so far; null before the request.</param>
    /// <param name="input">What it is told; anything may come twice, late, or in another order.</param>
    /// <param name="now">The mesh's time; never the host's.</param>
    /// <exception cref="InvalidOperationException">Something other than a request came before the request.</exception>
    public static Transition Apply(MigrationState? state, MigrationInput input, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (state is null)
            return input is RequestReceived request
                ? StartPhase.Begin(request, now)
                : throw new InvalidOperationException($"{input.GetType().Name} came before the flight's request");
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
            case EventReceived happened:
                TelemetryHandler.Handle(context, happened.Event);
                break;
            case ReportReceived report:
                TelemetryHandler.Handle(context, report);
                break;
            case HostFenced fenced:
                FenceHandler.Handle(context, fenced);
                break;
            case AdmissionReceived attempt:
                AdmissionHandler.BeginAttempt(context, attempt);
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
                throw new InvalidOperationException($"no rule for {input.GetType().Name}");
        }

        CompletionPhase.CheckForEnd(context);
        return context.ToTransition();
    }

    /// <summary>What to answer to a change that has been applied, giving the state after it.</summary>
    public static ChangeAnswer AnswerToChange(MigrationState state, string changeId)
    {
        ArgumentNullException.ThrowIfNull(state);
        return ChangeHandler.FindChange(state, changeId) is { } change
            ? new(ChangeResult.Accepted, change.Answers is null ? $"passed on to {state.Source}" : "done", change)
            : new(ChangeResult.AlreadyEnded, "the migration has moved on meanwhile");
    }

    /// <summary>What to answer to a wish to abort that has been applied, giving the state after it.</summary>
    public static AbortAnswer AnswerToAbort(MigrationState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state switch
        {
            { Outcome: { } outcome, Phase: MigrationPhase.Ended } when state.AbortRequest is not { Cause: AbortCause.Operator } =>
                new(AbortResult.AlreadyEnded, $"the migration has ended already: {outcome}"),
            { AbortRequest: { } request } => new(AbortResult.Aborting, request.Reason),
            { Phase: MigrationPhase.PostCopy } =>
                new(AbortResult.TooLate, "the machine runs on the destination already and would lose its memory if the migration were aborted"),
            _ => new(AbortResult.TooLate, "the migration's job is over; its end is about to be named"),
        };
    }
}
