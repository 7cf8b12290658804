using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>What a flight makes of the certainty that one of its hosts is off.</summary>
internal static class FencedHost
{
    public static void Take(Turn turn, HostFenced fenced)
    {
        var isSource = fenced.Host == turn.State.Source;
        if (!isSource && fenced.Host != turn.State.Destination)
            return;
        var known = isSource ? turn.State.SourceWord : turn.State.DestinationWord;
        if (known is { IsFenced: true } && known.AgentEpoch >= fenced.AgentEpoch)
            return;

        var word = new HostWord(
            VmStatus.Down, $"fenced by {fenced.By}", Math.Max(fenced.AgentEpoch, known?.AgentEpoch ?? 0), known?.Sequence ?? 0, turn.Now)
        { IsFenced = true };
        turn.State = isSource ? turn.State with { SourceWord = word } : turn.State with { DestinationWord = word };
        var unanswered = turn.State.Outstanding.Where(command => command.Host == fenced.Host).Select(command => command.Command).ToList();
        turn.State = turn.State with { Outstanding = [.. turn.State.Outstanding.Where(command => command.Host != fenced.Host)] };

        if (turn.State.Phase < MigrationPhase.Starting)
            GiveUpPreparing(turn, fenced, isSource);
        else if (!isSource && turn.State is { Phase: MigrationPhase.Starting, AbortWish: null })
            GiveUpStarting(turn, fenced);
        else if (!isSource && turn.State is { Phase: MigrationPhase.PreCopy, JobEnd: null })
            Aborting.Wish(turn, new AbortWish(AbortCause.DestinationOff, $"{fenced.Host} was fenced by {fenced.By} while the machine was being copied there"));
        else if (isSource && turn.State.Phase < MigrationPhase.Settling)
            turn.Enter(turn.State.Phase, $"{fenced.Host}, the source, was fenced by {fenced.By}");
        else if (!isSource && unanswered.OfType<CleanUpIncoming>().Any())
            Arrival.TakeCleanedUp(turn);
    }

    private static void GiveUpPreparing(Turn turn, HostFenced fenced, bool isSource)
    {
        // What was prepared, or will be by an order that still waits for the host's return, is not to stay there.
        if (turn.State.Destination is not null)
            Arrival.AskToCleanUp(turn, later: false);
        if (isSource)
            turn.End(MigrationOutcome.Lost, $"{fenced.Host}, where the machine ran, was fenced by {fenced.By} before the migration began");
        else
            Arrival.EndWithoutMove(turn, $"{fenced.Host} was fenced by {fenced.By} before the migration began");
    }

    // The order to start may arrive when the host is back, and the machine would then be on a host that counts as off.
    private static void GiveUpStarting(Turn turn, HostFenced fenced)
    {
        turn.State = turn.State with
        {
            JobEnd = new JobEnd(JobResult.Failed, $"{fenced.Host} was fenced by {fenced.By} before {turn.Source} had begun", HadBegun: false),
            Outstanding = [.. turn.State.Outstanding.Where(command => command.Command is not StartMigration)],
        };
        Aborting.Seal(turn);
    }

    /// <summary>
    /// Whether the machine died with the source while the destination still waits for memory that cannot come: what waits there
    /// never ran and is to be removed.
    /// </summary>
    public static bool IsOrphanOnDestination(FlightState state) =>
        state is { SourceWord.IsFenced: true, DestinationWord.Status: VmStatus.MigratingTo, ReachedPostCopy: false, Phase: < MigrationPhase.CleaningUp };
}
