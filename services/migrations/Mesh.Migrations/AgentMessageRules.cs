using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;

namespace Mesh.Migrations;

/// <summary>Judges an agent's message by host, VM, epoch and attempt before a migration takes it for its own.</summary>
internal static class AgentMessageRules
{
    /// <summary>Why an event is not this migration's; empty for one of an earlier attempt, which is merely late; null if it counts.</summary>
    public static string? FindProblem(MigrationState state, AgentEvent received)
    {
        if (received.MigrationId != state.Id)
            return $"it is about migration {received.MigrationId}";
        if (received.VmId != state.Vm?.Id)
            return $"it is about VM {received.VmId}; the migration moves {state.Vm?.Id}";

        // Events of a failed attempt are late, although its epoch is the newest until the next attempt begins.
        if (received.Epoch < state.Epoch || state.Phase == MigrationPhase.Queued)
            return "";
        if (received.Epoch > state.Epoch)
            return $"it is about attempt {received.Epoch}; the migration is at {state.Epoch}";

        // Only the source has a job, so only the source can say how it goes.
        return received.Host == state.Source ? null : $"only the source, {state.Source}, can report it";
    }

    /// <summary>Why an answer is not the answer to an unanswered command; empty if it is merely repeated or late; null if it counts.</summary>
    public static string? FindProblem(MigrationState state, CommandAnswer answer)
    {
        if (answer.MigrationId != state.Id)
            return $"it is about migration {answer.MigrationId}";
        if (state.Outstanding.FirstOrDefault(outstanding => outstanding.Command.CommandId == answer.CommandId) is not { } command)
            return "";
        if (answer.Host != command.Host)
            return $"the command was sent to {command.Host}";
        return answer.Epoch == command.Command.Epoch ? null : $"it is about attempt {answer.Epoch}; the command is of {command.Command.Epoch}";
    }

    /// <summary>Whether telemetry is about the current attempt of this migration.</summary>
    public static bool IsOwn(MigrationState state, MigrationSample? sample) =>
        sample is not null && sample.MigrationId == state.Id && sample.Epoch == state.Epoch && sample.VmId == state.Vm?.Id;
}
