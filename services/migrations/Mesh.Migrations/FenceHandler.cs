using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>Handles the fencing of one of a migration's hosts.</summary>
internal static class FenceHandler
{
    public static void Handle(TransitionContext context, HostFenced fenced)
    {
        var isSource = fenced.Host == context.State.Source;
        if (!isSource && fenced.Host != context.State.Destination)
            return;
        var known = isSource ? context.State.SourceObservation : context.State.DestinationObservation;
        if (known is { IsFenced: true } && known.AgentEpoch >= fenced.AgentEpoch)
            return;

        var observation = HostObservation.FromFence(fenced.By, Math.Max(fenced.AgentEpoch, known?.AgentEpoch ?? 0), known?.Sequence ?? 0, context.Now);
        context.State = isSource ? context.State with { SourceObservation = observation } : context.State with { DestinationObservation = observation };
        var unanswered = context.State.Outstanding.Where(command => command.Host == fenced.Host).Select(command => command.Command).ToList();
        context.State = context.State with { Outstanding = [.. context.State.Outstanding.Where(command => command.Host != fenced.Host)] };

        if (context.State.Phase < MigrationPhase.Starting)
            FailPreparation(context, fenced, isSource);
        else if (!isSource && context.State is { Phase: MigrationPhase.Starting, AbortRequest: null })
            FailStart(context, fenced);
        else if (!isSource && context.State is { Phase: MigrationPhase.PreCopy, JobEnd: null })
            AbortHandler.Handle(context, new AbortRequest(AbortCause.DestinationOff, $"{fenced.Host} was fenced by {fenced.By} while the VM was being copied there"));
        else if (isSource && context.State.Phase < MigrationPhase.Confirming)
            context.EnterPhase(context.State.Phase, $"source {fenced.Host} was fenced by {fenced.By}");
        else if (!isSource && unanswered.OfType<CleanUpIncoming>().Any())
            CompletionPhase.HandleCleanedUp(context);
    }

    private static void FailPreparation(TransitionContext context, HostFenced fenced, bool isSource)
    {
        // What was prepared, or will be by a command that still waits for the host's return, must not stay there.
        if (context.State.Destination is not null)
            CompletionPhase.SendCleanUp(context, later: false);
        if (isSource)
            context.End(MigrationOutcome.Lost, $"{fenced.Host}, which ran the VM, was fenced by {fenced.By} before the migration started");
        else
            CompletionPhase.EndAttempt(context, $"{fenced.Host} was fenced by {fenced.By} before the migration started");
    }

    // The command to start may arrive when the host is back, and the VM would then be on a host that counts as off.
    private static void FailStart(TransitionContext context, HostFenced fenced)
    {
        context.State = context.State with
        {
            JobEnd = new JobEnd(JobResult.Failed, $"{fenced.Host} was fenced by {fenced.By} before {context.Source} had started", HadStarted: false),
            Outstanding = [.. context.State.Outstanding.Where(command => command.Command is not StartMigration)],
        };
        AbortHandler.PreventLateStart(context);
    }

    /// <summary>
    /// Whether the VM was lost with the source while the destination still waits for memory that cannot arrive: the copy there never ran
    /// and must be removed.
    /// </summary>
    public static bool IsOrphanOnDestination(MigrationState state) =>
        state is { SourceObservation.IsFenced: true, DestinationObservation.Status: VmStatus.MigratingTo, ReachedPostCopy: false, Phase: < MigrationPhase.CleaningUp };
}
