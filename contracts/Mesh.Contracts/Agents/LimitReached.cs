namespace Mesh.Contracts.Agents;

/// <summary>A hard limit was reached and the agent aborts the job by itself.</summary>
public sealed record LimitReached : AgentEvent
{
    /// <summary>Which limit.</summary>
    public required HardLimit Limit { get; init; }

    /// <summary>The limit's value.</summary>
    public required TimeSpan Value { get; init; }
}
