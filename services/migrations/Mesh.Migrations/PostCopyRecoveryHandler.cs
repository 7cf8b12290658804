using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Core;

namespace Mesh.Migrations;

/// <summary>
/// A post-copy that lost its connection is taken up again, because half of the machine's memory is on either host and neither half
/// can run alone. Only when several tries have failed it is left to a person, with both copies kept.
/// </summary>
public static class PostCopyRecoveryHandler
{
    /// <summary>How often it is tried; with the pauses below for about six minutes.</summary>
    public const int AttemptsMax = 8;

    private static readonly ExponentialBackoff Backoff = new(Initial: TimeSpan.FromSeconds(5), Max: TimeSpan.FromSeconds(60));

    /// <summary>When it is tried next; null if there is nothing to recover, or no more tries.</summary>
    internal static DateTimeOffset? DueAt(MigrationState state) =>
        state is { HasEnded: false, Recovery: { Attempts: < AttemptsMax } recovery } && IsBroken(state) && !IsOutstanding(state) ? recovery.NextAt : null;

    /// <summary>Whether everything has been tried.</summary>
    internal static bool IsExhausted(MigrationState state) => state.Recovery is { Attempts: >= AttemptsMax } && !IsOutstanding(state);

    /// <summary>Takes note of what the hosts' words say: a recovery is begun where both say that the post-copy has failed.</summary>
    internal static void ObserveLocation(TransitionContext context, ObservedLocation verdict)
    {
        if (verdict == ObservedLocation.PostCopyFailed)
            context.State = context.State with { Recovery = context.State.Recovery ?? new PostCopyRecoveryState(0, context.Now + Backoff.DelayFor(1)) };
        else if (context.State.Recovery is { Attempts: 0 })
            context.State = context.State with { Recovery = null };
    }

    /// <summary>Takes note that data flows again.</summary>
    internal static void ObserveSample(TransitionContext context, MigrationSample sample)
    {
        if (context.State.Recovery is { Attempts: > 0 } && sample.Phase is JobPhase.PostCopy)
        {
            context.State = context.State with { Recovery = null, Reason = "post-copy lost its connection and goes on again" };
        }
    }

    internal static void SendRecovery(TransitionContext context)
    {
        var recovery = context.State.Recovery!;
        context.State = context.State with { Recovery = recovery with { Attempts = recovery.Attempts + 1, NextAt = context.Now + Backoff.DelayFor(recovery.Attempts + 1) } };
        var what = $"taking post-copy up again (try {recovery.Attempts + 1} of {AttemptsMax})";
        var why = recovery.LastFailure.Length > 0 ? $"it lost its connection; the try before failed: {recovery.LastFailure}" : "it lost its connection";
        context.State = context.State with { Reason = $"{what}: {why}" };
        ChangeHandler.Record(context, new MigrationChange(ChangeHandler.NextChangeId(context), "mesh", why, what, context.Now));
        context.Send(context.Source, head => new RecoverPostCopy
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

    internal static void HandleAnswer(TransitionContext context, CommandAnswer answer)
    {
        var isTaken = answer.Result == CommandResult.Succeeded;
        ChangeHandler.RecordAnswer(context, answer.CommandId.Value, new("postCopy", isTaken ? ParameterResult.Applied : ParameterResult.Refused, isTaken ? "taken up again" : AnswerHandler.DescribeFailure(answer)));
        if (context.State.Recovery is not { } recovery || isTaken)
            return;
        context.State = context.State with
        {
            Recovery = recovery with { LastFailure = AnswerHandler.DescribeFailure(answer), NextAt = context.Now + Backoff.DelayFor(recovery.Attempts) },
        };
    }

    private static bool IsBroken(MigrationState state) =>
        TwoSidedStatus.Lookup(state.SourceObservation?.Status, state.DestinationObservation?.Status).Location == ObservedLocation.PostCopyFailed;

    private static bool IsOutstanding(MigrationState state) => state.Outstanding.Any(command => command.Command is RecoverPostCopy);
}
