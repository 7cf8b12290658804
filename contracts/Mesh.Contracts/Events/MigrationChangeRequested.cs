namespace Mesh.Contracts.Events;

/// <summary>A change to a running migration was decided by its policy or requested, and sent to its source.</summary>
public sealed record MigrationChangeRequested : MigrationEvent
{
    /// <summary>The change's identity.</summary>
    public required string ChangeId { get; init; }

    /// <summary>Who decided; <c>policy NAME</c> for the policy.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>What to change.</summary>
    public required string Description { get; init; }

    /// <summary>Why, with the numbers; may be empty.</summary>
    public required string Reason { get; init; }
}
