using Mesh.Contracts.Migrations;

namespace Mesh.Contracts.Agents;

/// <summary>
/// To the source: change a running migration (<c>migrateChangeParams</c> of seed <c>ovirt-migration-enhancements</c>). The answer
/// names each given parameter as applied, emulated or refused.
/// </summary>
public sealed record ChangeParameters : AgentCommand
{
    /// <summary>The new parameters.</summary>
    public required MigrationParameters Parameters { get; init; }

    /// <summary>New hard limits for the agent to enforce; null leaves them.</summary>
    public MigrationLimits? Limits { get; init; }
}
