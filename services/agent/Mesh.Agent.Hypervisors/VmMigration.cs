using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Hypervisors;

/// <summary>A migration for the hypervisor to carry out.</summary>
/// <param name="VmId">The machine.</param>
/// <param name="DestinationUri">The destination's libvirt URI.</param>
/// <param name="Options">How to move it; for a recovery, those that it was begun with.</param>
/// <param name="IsRecovery">Whether it is a post-copy that lost its connection and is to be taken up again.</param>
public sealed record VmMigration(VmId VmId, string DestinationUri, MigrationOptions Options, bool IsRecovery = false);
