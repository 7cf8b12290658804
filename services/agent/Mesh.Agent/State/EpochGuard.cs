using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Agent.State;

/// <summary>Decides from an agent's state whether a command may act.</summary>
internal static class EpochGuard
{
    public static EpochCheckResult Check(AgentState known, AgentCommand command)
    {
        var record = known.Find(command.MigrationId, command.Epoch);
        if (record?.FindAnswer(command.CommandId) is { } recorded)
            return new EpochCheckResult(recorded, null);

        var latest = known.FindVmEpoch(command.VmId);
        if (latest is not null && command.Epoch < latest.Epoch)
            return Stale($"attempt {command.Epoch} of {command.MigrationId} is stale: this host has seen attempt {latest.Epoch} of {latest.MigrationId} for the VM");

        // The attempt was here and its record has been pruned: it ended long ago, and must not start again.
        if (record is null && latest is not null && latest.Epoch == command.Epoch && latest.MigrationId == command.MigrationId)
            return Stale($"attempt {command.Epoch} of {command.MigrationId} is stale: it ended so long ago that its record was pruned");

        // Nobody here knows which attempts had ended before the state was lost. Commands that end or undo one are harmless.
        if (record is null && command is (PrepareIncoming or StartMigration) && command.Epoch < known.MinimumEpoch)
            return Stale($"attempt {command.Epoch} of {command.MigrationId} may have ended: it is older than {known.MinimumEpoch}, when this host lost its state");

        return EpochCheckResult.Accepted;

        static EpochCheckResult Stale(string message) => new(null, new Refusal(RefusalCode.StaleEpoch, message));
    }
}

/// <summary>What to do with a command: repeat an answer, reject it, or neither: then it may act.</summary>
internal sealed record EpochCheckResult(CommandAnswer? RecordedAnswer, Refusal? Refusal)
{
    public static readonly EpochCheckResult Accepted = new(null, null);
}
