using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Agent.State;

/// <summary>Whether a command may act, seen from what an agent remembers.</summary>
internal static class EpochGuard
{
    public static EpochCheckResult Check(AgentState known, AgentCommand command)
    {
        var record = known.Find(command.MigrationId, command.Epoch);
        if (record?.FindAnswer(command.CommandId) is { } recorded)
            return new EpochCheckResult(recorded, null);

        var latest = known.FindVmEpoch(command.VmId);
        if (latest is not null && command.Epoch < latest.Epoch)
            return new EpochCheckResult(null, new Refusal(
                RefusalCode.StaleEpoch, $"attempt {command.Epoch} of {command.MigrationId} is over: this host has seen attempt {latest.Epoch} ({latest.MigrationId}) of the machine"));

        // The attempt was here and its record has been forgotten since: it is long over, and must not begin again.
        if (record is null && latest is not null && latest.Epoch == command.Epoch && latest.MigrationId == command.MigrationId)
            return new EpochCheckResult(null, new Refusal(
                RefusalCode.StaleEpoch, $"attempt {command.Epoch} of {command.MigrationId} was over so long ago that this host has forgotten it"));

        // Which attempts were over before the record was lost, nobody here knows any more. What ends or undoes one is harmless.
        if (record is null && command is (PrepareIncoming or StartMigration) && command.Epoch < known.MinimumEpoch)
            return new EpochCheckResult(null, new Refusal(
                RefusalCode.StaleEpoch, $"attempt {command.Epoch} of {command.MigrationId} is older than {known.MinimumEpoch}, when this host lost its records: it may be over already"));

        return EpochCheckResult.Accepted;
    }
}

/// <summary>What to do about a command: repeat an answer, refuse it, or act.</summary>
/// <param name="RecordedAnswer">The answer it was given before.</param>
/// <param name="Refusal">Why it may not act.</param>
internal sealed record EpochCheckResult(CommandAnswer? RecordedAnswer, Refusal? Refusal)
{
    public static readonly EpochCheckResult Accepted = new(null, null);
}
