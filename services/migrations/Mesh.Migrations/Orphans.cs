using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>
/// Handles what a migration that ended at the wrong moment leaves paused on the source: a stale copy, which is destroyed once the VM is
/// confirmed to run on the destination, or the VM itself, which is resumed once the destination is confirmed not to have it.
/// </summary>
internal static class Orphans
{
    /// <summary>Sends the command to destroy the copy, unless it is outstanding.</summary>
    public static void Destroy(TransitionContext context)
    {
        context.State = context.State with { PendingLocation = null, OrphanSince = context.State.OrphanSince ?? context.Now };
        if (context.State.Outstanding.Any(command => command.Command is DestroyOrphan))
            return;
        context.EnterPhase(context.State.Phase, $"{context.Destination} runs the VM; destroying the paused copy left on {context.Source}");
        SendDestroy(context);
    }

    /// <summary>Whether the source has been told to destroy the copy for so long that it is not waited for any more.</summary>
    public static bool IsOverdue(MigrationState state, DateTimeOffset now) => now >= state.OrphanSince + MigrationTimers.ContradictionGrace;

    /// <summary>Ends a migration whose VM runs on the destination although its copy on the source is still there.</summary>
    public static void EndWithCopyLeft(TransitionContext context) => context.End(
        context.State.ReachedPostCopy ? MigrationOutcome.CompletedPostCopy : MigrationOutcome.Completed,
        $"{context.Destination} runs the VM; the paused copy on {context.Source} was not destroyed and must not be resumed ({context.State.Reason})");

    /// <summary>
    /// Resumes the VM on the source, once the destination has reported after its clean-up that it does not have it, and no third host has it
    /// either.
    /// </summary>
    public static void Resume(TransitionContext context)
    {
        var state = context.State;
        if (state.CleanedUpAt is not { } cleanedUp || state.Outstanding.Any(command => command.Command is ResumeOnSource))
            return;
        if (state is { OnThirdHost: ThirdHostPresence.No, DestinationObservation: { Status: VmStatus.Down } observation } && observation.HoldsAfter(cleanedUp))
            SendResume(context, later: false);
    }

    public static void HandleDestroyAnswer(TransitionContext context, CommandAnswer answer)
    {
        // Success shows in the source's next report. A rejection may be temporary: the reports are still checked, and the command is sent again.
        if (answer.Result != CommandResult.Succeeded)
            context.State = context.State with { Reason = $"{context.Source} has not destroyed its paused copy yet: {AnswerHandler.DescribeFailure(answer)}" };
    }

    public static void HandleResumeAnswer(TransitionContext context, CommandAnswer answer)
    {
        if (context.State.Phase != MigrationPhase.CleaningUp)
            return;
        if (answer.Result == CommandResult.Failed && !(context.Now >= context.State.CleanedUpAt + MigrationTimers.ContradictionGrace))
        {
            context.State = context.State with { Reason = $"{context.Source} could not resume the VM yet: {AnswerHandler.DescribeFailure(answer)}" };
            SendResume(context, later: true);
            return;
        }

        var left = answer.Result == CommandResult.Succeeded ? "" : $"the VM is left paused on {context.Source}: {AnswerHandler.DescribeFailure(answer)}";
        CompletionPhase.EndAttempt(context, left);
    }

    private static void SendDestroy(TransitionContext context) => context.Send(context.Source, new DestroyOrphan
    {
        RunsOn = context.Destination,
    });

    private static void SendResume(TransitionContext context, bool later) => context.Send(context.Source, new ResumeOnSource(), later);
}
