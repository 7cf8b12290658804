using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>
/// The life of one migration as a pure function: what it is told and the time go in, its new state and what it wants said come
/// out. The same inputs at the same times always give the same flight, so a recorded one replays exactly.
/// </summary>
public static class Flight
{
    /// <summary>Takes one input.</summary>
    /// <param name="state">The state so far; null before the request.</param>
    /// <param name="input">What it is told; anything may come twice, late, or in another order.</param>
    /// <param name="now">The mesh's time; never the host's.</param>
    /// <exception cref="InvalidOperationException">Something other than a request came before the request.</exception>
    public static Transition Apply(FlightState? state, FlightInput input, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (state is null)
            return input is RequestReceived request
                ? Departure.Begin(request, now)
                : throw new InvalidOperationException($"{input.GetType().Name} came before the flight's request");
        if (state.HasEnded)
            return new Transition(state, []);

        var turn = new Turn(state.At(now), now);
        switch (input)
        {
            case RequestReceived:
                break;
            case AbortReceived abort:
                Aborting.Wish(turn, new AbortWish(AbortCause.Operator, $"aborted by {abort.Abort.By}"));
                break;
            case ChangeReceived change:
                Changing.Take(turn, change);
                break;
            case AnswerReceived answer:
                Answers.Take(turn, answer.Answer);
                break;
            case EventReceived happened:
                Telemetry.Take(turn, happened.Event);
                break;
            case ReportReceived report:
                Telemetry.Take(turn, report);
                break;
            case HostFenced fenced:
                FencedHost.Take(turn, fenced);
                break;
            case AttemptReceived attempt:
                Admitting.Begin(turn, attempt);
                break;
            case TransferReceived transfer:
                Admitting.LetCopy(turn, transfer.Share);
                break;
            case DismissalReceived dismissal:
                Admitting.Dismiss(turn, dismissal.Refusals);
                break;
            case RescheduleReceived reschedule:
                Admitting.Reschedule(turn, reschedule.Wish);
                break;
            case TimeCame:
                Clock.Take(turn);
                break;
            default:
                throw new InvalidOperationException($"no rule for {input.GetType().Name}");
        }

        Arrival.Settle(turn);
        return turn.Done();
    }

    /// <summary>What to answer to a change that has been applied, giving the state after it.</summary>
    public static ChangeAnswer AnswerToChange(FlightState state, string changeId)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Changing.Find(state, changeId) is { } change
            ? new(ChangeResult.Accepted, change.Answers is null ? $"passed on to {state.Source}" : "done", change)
            : new(ChangeResult.AlreadyEnded, "the migration has moved on meanwhile");
    }

    /// <summary>What to answer to a wish to abort that has been applied, giving the state after it.</summary>
    public static AbortAnswer AnswerToAbort(FlightState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state switch
        {
            { Outcome: { } outcome, Phase: MigrationPhase.Ended } when state.AbortWish is not { Cause: AbortCause.Operator } =>
                new(AbortResult.AlreadyEnded, $"the migration has ended already: {outcome}"),
            { AbortWish: { } wish } => new(AbortResult.Aborting, wish.Reason),
            { Phase: MigrationPhase.PostCopy } =>
                new(AbortResult.TooLate, "the machine runs on the destination already and would lose its memory if the migration were aborted"),
            _ => new(AbortResult.TooLate, "the migration's job is over; its end is about to be named"),
        };
    }
}
