using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>
/// What a migration that ended at the wrong moment leaves paused on the source: a copy to be destroyed once the other is proven
/// to run, or the machine itself, to be resumed once the destination is proven not to have it.
/// </summary>
internal static class Strays
{
    /// <summary>Asks the source to destroy its copy, unless it was asked already.</summary>
    public static void Destroy(Turn turn)
    {
        turn.State = turn.State with { Verdict = null };
        if (turn.State.Outstanding.Any(command => command.Command is DestroyStray))
            return;
        turn.Enter(turn.State.Phase, $"{turn.Destination} runs the machine, and {turn.Source} has kept a paused copy, which is destroyed");
        AskToDestroy(turn, later: false);
    }

    /// <summary>
    /// Asks the source to let the machine run again, once the destination has said after its clean-up that it does not have it, and no
    /// other host has it either.
    /// </summary>
    public static void Resume(Turn turn)
    {
        var state = turn.State;
        if (state.CleanedUpAt is not { } cleanedUp || state.Outstanding.Any(command => command.Command is ResumeOnSource))
            return;
        if (state is { Elsewhere: Elsewhere.No, DestinationWord: { Status: VmStatus.Down } word } && word.IsSince(cleanedUp))
            AskToResume(turn, later: false);
    }

    public static void TakeDestroyed(Turn turn, CommandAnswer answer)
    {
        // Done is seen in the source's next word. A refusal may be for now: the words go on being watched, and it is asked again.
        if (answer.Result != CommandResult.Done)
            turn.State = turn.State with { Reason = $"{turn.Source} has not destroyed its paused copy yet: {Answers.InWords(answer)}" };
    }

    public static void TakeResumed(Turn turn, CommandAnswer answer)
    {
        if (turn.State.Phase != MigrationPhase.CleaningUp)
            return;
        if (answer.Result == CommandResult.Failed)
        {
            turn.State = turn.State with { Reason = $"{turn.Source} could not resume the machine yet: {Answers.InWords(answer)}" };
            AskToResume(turn, later: true);
            return;
        }

        var left = answer.Result == CommandResult.Done ? "" : $"the machine is left paused on {turn.Source}: {Answers.InWords(answer)}";
        Arrival.EndWithoutMove(turn, left);
    }

    private static void AskToDestroy(Turn turn, bool later) => turn.Give(turn.Source, head => new DestroyStray
    {
        CommandId = head.CommandId,
        MigrationId = head.MigrationId,
        Epoch = head.Epoch,
        VmId = head.VmId,
        TraceParent = head.TraceParent,
        RunsOn = head.State.Destination!.Value,
    }, later);

    private static void AskToResume(Turn turn, bool later) => turn.Give(turn.Source, head => new ResumeOnSource
    {
        CommandId = head.CommandId,
        MigrationId = head.MigrationId,
        Epoch = head.Epoch,
        VmId = head.VmId,
        TraceParent = head.TraceParent,
    }, later);
}
