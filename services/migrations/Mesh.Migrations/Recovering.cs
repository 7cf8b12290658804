using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;

namespace Mesh.Migrations;

/// <summary>
/// A post-copy that lost its connection is taken up again, because half of the machine's memory is on either host and neither half
/// can run alone. Only when several tries have failed it is left to a person, with both copies kept.
/// </summary>
public static class Recovering
{
    /// <summary>How often it is tried; with the pauses below for about six minutes.</summary>
    public const int TriesMax = 8;

    private static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(60);

    /// <summary>When it is tried next; null if there is nothing to recover, or no more tries.</summary>
    internal static DateTimeOffset? DueAt(FlightState state) =>
        state is { HasEnded: false, Recovery: { Tries: < TriesMax } recovery } && IsBroken(state) && !IsTrying(state) ? recovery.NextAt : null;

    /// <summary>Whether everything has been tried.</summary>
    internal static bool HasGivenUp(FlightState state) => state.Recovery is { Tries: >= TriesMax } && !IsTrying(state);

    /// <summary>Takes note of what the hosts' words say: a recovery is begun where both say that the post-copy has failed.</summary>
    internal static void Consider(Turn turn, Verdict verdict)
    {
        if (verdict == Verdict.PostCopyFailed)
            turn.State = turn.State with { Recovery = turn.State.Recovery ?? new PostCopyRecovery(0, turn.Now + FirstAfter) };
        else if (turn.State.Recovery is { Tries: 0 })
            turn.State = turn.State with { Recovery = null };
    }

    /// <summary>Takes note that data flows again.</summary>
    internal static void See(Turn turn, MigrationSample sample)
    {
        if (turn.State.Recovery is { Tries: > 0 } && sample.Phase is JobPhase.PostCopy)
        {
            turn.State = turn.State with { Recovery = null, Reason = "post-copy lost its connection and goes on again" };
        }
    }

    internal static void Try(Turn turn)
    {
        var recovery = turn.State.Recovery!;
        turn.State = turn.State with { Recovery = recovery with { Tries = recovery.Tries + 1, NextAt = turn.Now + Pause(recovery.Tries) } };
        var what = $"taking post-copy up again (try {recovery.Tries + 1} of {TriesMax})";
        var why = recovery.LastFailure.Length > 0 ? $"it lost its connection; the try before failed: {recovery.LastFailure}" : "it lost its connection";
        turn.State = turn.State with { Reason = $"{what}: {why}" };
        Changing.Record(turn, new MigrationChange(Changing.NextId(turn), "mesh", why, what, turn.Now));
        turn.Give(turn.Source, head => new RecoverPostCopy
        {
            CommandId = head.CommandId,
            MigrationId = head.MigrationId,
            Epoch = head.Epoch,
            VmId = head.VmId,
            TraceParent = head.TraceParent,
            DestinationUri = head.State.DestinationUri,
            Options = head.State.Options,
        });
    }

    internal static void TakeAnswer(Turn turn, CommandAnswer answer)
    {
        var isTaken = answer.Result == CommandResult.Done;
        Changing.Answer(turn, answer.CommandId.Value, new("postCopy", isTaken ? ParameterResult.Applied : ParameterResult.Refused, isTaken ? "taken up again" : Answers.InWords(answer)));
        if (turn.State.Recovery is not { } recovery || isTaken)
            return;
        turn.State = turn.State with
        {
            Recovery = recovery with { LastFailure = Answers.InWords(answer), NextAt = turn.Now + Pause(recovery.Tries - 1) },
        };
    }

    private static bool IsBroken(FlightState state) =>
        TwoSidedStatus.Read(state.SourceWord?.Status, state.DestinationWord?.Status).Verdict == Verdict.PostCopyFailed;

    private static bool IsTrying(FlightState state) => state.Outstanding.Any(command => command.Command is RecoverPostCopy);

    private static TimeSpan Pause(int triesBefore)
    {
        var pause = FirstAfter * Math.Pow(2, Math.Clamp(triesBefore, 0, 16));
        return pause < PauseMax ? pause : PauseMax;
    }
}
