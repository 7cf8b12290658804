using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Agent.State;

/// <summary>Whether a command may act, seen from what an agent remembers.</summary>
internal static class Fencing
{
    public static Verdict Judge(AgentRecord known, AgentCommand command)
    {
        var record = known.Find(command.MigrationId, command.Epoch);
        if (record?.AnswerTo(command.CommandId) is { } given)
            return new Verdict(given, null);

        var fence = known.FenceOf(command.VmId);
        if (fence is not null && command.Epoch < fence.Epoch)
            return new Verdict(null, new Refusal(
                RefusalCode.OldEpoch, $"attempt {command.Epoch} of {command.MigrationId} is over: this host has seen attempt {fence.Epoch} ({fence.MigrationId}) of the machine"));

        // The attempt was here and its record has been forgotten since: it is long over, and must not begin again.
        if (record is null && fence is not null && fence.Epoch == command.Epoch && fence.MigrationId == command.MigrationId)
            return new Verdict(null, new Refusal(
                RefusalCode.OldEpoch, $"attempt {command.Epoch} of {command.MigrationId} was over so long ago that this host has forgotten it"));

        // Which attempts were over before the record was lost, nobody here knows any more. What ends or undoes one is harmless.
        if (record is null && command is (PrepareIncoming or StartMigration) && command.Epoch < known.LostBelow)
            return new Verdict(null, new Refusal(
                RefusalCode.OldEpoch, $"attempt {command.Epoch} of {command.MigrationId} is older than {known.LostBelow}, when this host lost its records: it may be over already"));

        return Verdict.Act;
    }
}

/// <summary>What to do about a command: repeat an answer, refuse it, or act.</summary>
/// <param name="Given">The answer it was given before.</param>
/// <param name="Refusal">Why it may not act.</param>
internal sealed record Verdict(CommandAnswer? Given, Refusal? Refusal)
{
    public static readonly Verdict Act = new(null, null);
}
