using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Agents;

/// <summary>An agent's answer to a command.</summary>
[MessageName("command-answer")]
public sealed record CommandAnswer
{
    /// <summary>The host that answers.</summary>
    public required HostName Host { get; init; }

    /// <summary>The host's UUID, as in its inventory; null from an agent that gives none.</summary>
    [Limits(0, MessageLimits.NameLengthMax)]
    public string? HostUuid { get; init; }

    /// <summary>The migration.</summary>
    public required MigrationId MigrationId { get; init; }

    /// <summary>The attempt.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>The command that is answered.</summary>
    public required CommandId CommandId { get; init; }

    /// <summary>The result.</summary>
    public required CommandResult Result { get; init; }

    /// <summary>Why, if it was refused or failed.</summary>
    [Limits(0, MessageLimits.AnswersMax)]
    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    /// <summary>The result for each parameter of a <see cref="ChangeParameters"/> or <see cref="StartMigration"/>.</summary>
    [Limits(0, MessageLimits.AnswersMax)]
    public IReadOnlyList<ParameterAnswer> Parameters { get; init; } = [];

    /// <summary>The libvirt URI at which the destination waits; set by the answer to <see cref="PrepareIncoming"/>.</summary>
    public string? DestinationUri { get; init; }
}
