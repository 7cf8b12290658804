using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>
/// What a migration that ended at the wrong moment leaves paused on the source: a copy to be destroyed once the other is proven
/// to run, or the machine itself, to be resumed once the destination is proven not to have it.
/// </summary>
internal static class Orphans
{
    /// <summary>Asks the source to destroy its copy, unless it was asked already.</summary>
    public static void Destroy(TransitionContext context)
    {
        context.State = context.State with { PendingLocation = null };
        if (context.State.Outstanding.Any(command => command.Command is DestroyOrphan))
            return;
        context.EnterPhase(context.State.Phase, $"{context.Destination} runs the machine, and {context.Source} has kept a paused copy, which is destroyed");
        SendDestroy(context, later: false);
    }

    /// <summary>
    /// Asks the source to let the machine run again, once the destination has said after its clean-up that it does not have it, and no
    /// other host has it either.
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
        // Done is seen in the source's next word. A refusal may be for now: the words go on being watched, and it is asked again.
        if (answer.Result != CommandResult.Succeeded)
            context.State = context.State with { Reason = $"{context.Source} has not destroyed its paused copy yet: {AnswerHandler.DescribeFailure(answer)}" };
    }

    public static void HandleResumeAnswer(TransitionContext context, CommandAnswer answer)
    {
        if (context.State.Phase != MigrationPhase.CleaningUp)
            return;
        if (answer.Result == CommandResult.Failed)
        {
            context.State = context.State with { Reason = $"{context.Source} could not resume the machine yet: {AnswerHandler.DescribeFailure(answer)}" };
            SendResume(context, later: true);
            return;
        }

        var left = answer.Result == CommandResult.Succeeded ? "" : $"the machine is left paused on {context.Source}: {AnswerHandler.DescribeFailure(answer)}";
        CompletionPhase.EndAttempt(context, left);
    }

    private static void SendDestroy(TransitionContext context, bool later) => context.Send(context.Source, new DestroyOrphan
    {
        RunsOn = context.Destination,
    }, later);

    private static void SendResume(TransitionContext context, bool later) => context.Send(context.Source, new ResumeOnSource(), later);
}
