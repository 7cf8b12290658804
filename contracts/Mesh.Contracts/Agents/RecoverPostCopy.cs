using Mesh.Contracts.Migrations;

namespace Mesh.Contracts.Agents;

/// <summary>
/// To the source: resume a post-copy that lost its connection (<c>VIR_MIGRATE_POSTCOPY_RESUME</c>). Refused unless the VM
/// is paused there for that reason.
/// </summary>
public sealed record RecoverPostCopy : AgentCommand
{
    /// <summary>The destination's libvirt URI.</summary>
    public required string DestinationUri { get; init; }

    /// <summary>The options that the migration was started with, which libvirt requires again.</summary>
    public required MigrationOptions Options { get; init; }
}
