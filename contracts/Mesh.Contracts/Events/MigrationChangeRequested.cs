using Mesh.Contracts.Migrations;

namespace Mesh.Contracts.Events;

/// <summary>A migration is changed, by its policy or on request, and the change is sent to its source.</summary>
public sealed record MigrationChangeRequested : MigrationEvent
{
    /// <summary>The change's identity.</summary>
    public required string ChangeId { get; init; }

    /// <summary>What kind of requester decided.</summary>
    public required ChangeOrigin Origin { get; init; }

    /// <summary>Who decided: the person's or program's name, or the policy's.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>What is to be changed, for people.</summary>
    public required string Description { get; init; }

    /// <summary>Why; may be empty.</summary>
    public required string Reason { get; init; }
}
