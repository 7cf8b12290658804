namespace Mesh.Contracts.Agents;

/// <summary>What remains to be copied has reached no new low for the stalling limit; sent again each time the limit passes.</summary>
public sealed record JobStalled : AgentEvent
{
    /// <summary>Time since the last new low.</summary>
    public required TimeSpan StalledFor { get; init; }
}
