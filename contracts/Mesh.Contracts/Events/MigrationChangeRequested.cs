namespace Mesh.Contracts.Events;

/// <summary>A running migration is to be changed: decided by its policy, or asked for by somebody, and passed on to its source.</summary>
public sealed record MigrationChangeRequested : MigrationEvent
{
    /// <summary>The change's identity.</summary>
    public required string ChangeId { get; init; }

    /// <summary>Who decided; <c>policy NAME</c> for the policy.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>What is to be changed, in words.</summary>
    public required string Description { get; init; }

    /// <summary>Why, in words and numbers; may be empty.</summary>
    public required string Reason { get; init; }
}
