using Mesh.Contracts.Migrations;

namespace Mesh.Contracts.Events;

/// <summary>Parameters of a migration were changed, or could not be.</summary>
public sealed record MigrationParametersChanged : MigrationEvent
{
    /// <summary>The result for each.</summary>
    public required IReadOnlyList<ParameterAnswer> Parameters { get; init; }

    /// <summary>What kind of requester changed them; null for what was set at the start.</summary>
    public ChangeOrigin? Origin { get; init; }

    /// <summary>Who changed them: the person's or program's name, or the policy's; null for what was set at the start.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Why the change was requested.</summary>
    public required string Reason { get; init; }
}
