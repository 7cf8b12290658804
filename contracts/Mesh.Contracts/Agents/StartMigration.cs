using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Agents;

/// <summary>To the source: start the migration (<c>virDomainMigrateToURI3</c>, peer to peer) and enforce its limits.</summary>
public sealed record StartMigration : AgentCommand
{
    /// <summary>The destination.</summary>
    public required HostName Destination { get; init; }

    /// <summary>The destination's libvirt URI, from its answer to <see cref="PrepareIncoming"/>.</summary>
    public required string DestinationUri { get; init; }

    /// <summary>How to migrate it; <see cref="MigrationOptions.MigrateDisks"/> names every disk to copy.</summary>
    public required MigrationOptions Options { get; init; }

    /// <summary>Hard limits that the agent enforces alone.</summary>
    public required MigrationLimits Limits { get; init; }

    /// <summary>Memory plus copied disks, for limits that are given per GiB.</summary>
    public required Bytes DataSize { get; init; }
}
