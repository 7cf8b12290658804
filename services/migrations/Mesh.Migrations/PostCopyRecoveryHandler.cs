using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Core;

namespace Mesh.Migrations;

/// <summary>
/// Recovers a post-copy that lost its connection, because the VM's memory is split between the hosts and neither part can run alone. Only
/// after several failed attempts the migration ends for an operator to handle, with both copies left in place.
/// </summary>
public static class PostCopyRecoveryHandler
{
    /// <summary>Number of attempts; with the delays below they take about six minutes.</summary>
    public const int AttemptsMax = 8;

    private static readonly ExponentialBackoff Backoff = new(Initial: TimeSpan.FromSeconds(5), Max: TimeSpan.FromSeconds(60));

    /// <summary>When the next attempt is due; null if there is nothing to recover, or no attempt is left.</summary>
    internal static DateTimeOffset? DueAt(MigrationState state) =>
        state is { HasEnded: false, Recovery: { Attempts: < AttemptsMax } recovery } && IsBroken(state) && !IsOutstanding(state) ? recovery.NextAt : null;

    /// <summary>Whether all attempts have failed.</summary>
    internal static bool IsExhausted(MigrationState state) => state.Recovery is { Attempts: >= AttemptsMax } && !IsOutstanding(state);

    /// <summary>Observes the hosts' reports: a recovery begins when both report that post-copy has failed.</summary>
    internal static void ObserveLocation(TransitionContext context, ObservedLocation location)
    {
        if (location == ObservedLocation.PostCopyFailed)
            context.State = context.State with { Recovery = context.State.Recovery ?? new PostCopyRecoveryState(0, context.Now + Backoff.DelayFor(1)) };
        else if (context.State.Recovery is { Attempts: 0 })
            context.State = context.State with { Recovery = null };
    }

    /// <summary>Observes a sample, which may show that post-copy runs again.</summary>
    internal static void ObserveSample(TransitionContext context, MigrationSample sample)
    {
        if (context.State.Recovery is { Attempts: > 0 } && sample.Phase is JobPhase.PostCopy)
        {
            context.State = context.State with { Recovery = null, Reason = "post-copy has recovered from a lost connection" };
        }
    }

    internal static void SendRecovery(TransitionContext context)
    {
        var recovery = context.State.Recovery!;
        context.State = context.State with { Recovery = recovery with { Attempts = recovery.Attempts + 1, NextAt = context.Now + Backoff.DelayFor(recovery.Attempts + 1) } };
        var description = $"recovering post-copy (attempt {recovery.Attempts + 1} of {AttemptsMax})";
        var reason = recovery.LastFailure.Length > 0 ? $"connection lost; the previous attempt failed: {recovery.LastFailure}" : "connection lost";
        context.State = context.State with { Reason = $"{description}: {reason}" };
        ChangeHandler.Record(context, new MigrationChange(ChangeHandler.NextChangeId(context), ChangeOrigin.Recovery, "mesh", reason, description, context.Now));
        context.Send(context.Source, new RecoverPostCopy
        {
            DestinationUri = context.State.DestinationUri,
            Options = context.State.Options,
        });
    }

    internal static void HandleAnswer(TransitionContext context, CommandAnswer answer)
    {
        var hasSucceeded = answer.Result == CommandResult.Succeeded;
        ChangeHandler.RecordAnswer(context, answer.CommandId.Value, hasSucceeded
            ? new(MigrationParameter.PostCopy, ParameterResult.Applied, "recovering")
            : new(MigrationParameter.PostCopy, ParameterResult.Refused, AnswerHandler.DescribeFailure(answer)));
        if (context.State.Recovery is not { } recovery || hasSucceeded)
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
