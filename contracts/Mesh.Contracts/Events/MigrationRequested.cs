namespace Mesh.Contracts.Events;

/// <summary>A migration was accepted and will reach an outcome.</summary>
public sealed record MigrationRequested : MigrationEvent
{
    /// <summary>Who requested it.</summary>
    public required string RequestedBy { get; init; }
}
