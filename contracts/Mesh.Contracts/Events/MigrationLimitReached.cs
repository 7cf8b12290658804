using Mesh.Contracts.Agents;

namespace Mesh.Contracts.Events;

/// <summary>A hard limit passed; the source aborts the migration.</summary>
public sealed record MigrationLimitReached : MigrationEvent
{
    /// <summary>Which limit.</summary>
    public required HardLimit Limit { get; init; }

    /// <summary>The limit's value.</summary>
    public required TimeSpan Value { get; init; }
}
