using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>What is known of a machine when its migration is asked for.</summary>
/// <param name="Candidates">Every host's description of machines that the request's name or UUID may mean; running ones count.</param>
/// <param name="OtherMigration">An unfinished migration of the same machine; null if there is none.</param>
/// <param name="Policy">The policy that counts for the machine; null if the machine is not known, or the named policy does not exist.</param>
public sealed record MigrationFacts(
    IReadOnlyList<LocatedVm> Candidates,
    MigrationId? OtherMigration = null,
    EffectivePolicy? Policy = null);
