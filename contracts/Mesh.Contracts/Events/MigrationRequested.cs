namespace Mesh.Contracts.Events;

/// <summary>A migration was accepted and will reach a named end.</summary>
public sealed record MigrationRequested : MigrationEvent
{
    /// <summary>Who asked for it.</summary>
    public required string RequestedBy { get; init; }
}
