using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>What is known of a VM when its migration is requested.</summary>
/// <param name="Candidates">Every host's description of the VMs that the request's name or UUID matches; only running ones count.</param>
/// <param name="OtherMigration">An unfinished migration of the same VM; null if there is none.</param>
/// <param name="Policy">The policy in effect for the VM; null if the VM is not known, or the named policy does not exist.</param>
public sealed record MigrationFacts(
    IReadOnlyList<LocatedVm> Candidates,
    MigrationId? OtherMigration = null,
    EffectivePolicy? Policy = null);
