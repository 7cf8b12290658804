namespace Mesh.Contracts.Events;

/// <summary>What remains to be copied has reached no new low for the stalling limit.</summary>
public sealed record MigrationStalled : MigrationEvent
{
    /// <summary>Time since the last new low.</summary>
    public required TimeSpan StalledFor { get; init; }
}
