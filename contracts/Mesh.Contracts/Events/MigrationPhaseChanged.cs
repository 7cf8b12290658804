using Mesh.Contracts.Migrations;

namespace Mesh.Contracts.Events;

/// <summary>A migration has entered a phase.</summary>
public sealed record MigrationPhaseChanged : MigrationEvent
{
    /// <summary>The phase.</summary>
    public required MigrationPhase Phase { get; init; }

    /// <summary>Why; may be empty.</summary>
    public required string Reason { get; init; }
}
