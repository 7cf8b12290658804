using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>What is known of machine and hosts when a migration is asked for.</summary>
/// <param name="Candidates">Every host's description of machines that the request's name or UUID may mean; running ones count.</param>
/// <param name="DestinationReachable">Whether the destination's hypervisor answered its agent at the last report.</param>
/// <param name="Destination">The destination's inventory; null if no agent has reported it.</param>
/// <param name="DestinationHeardAt">When the destination was last heard of; null if never.</param>
/// <param name="OtherMigration">An unfinished migration of the same machine; null if there is none.</param>
public sealed record MigrationFacts(
    IReadOnlyList<LocatedVm> Candidates,
    bool DestinationReachable,
    HostInventory? Destination = null,
    DateTimeOffset? DestinationHeardAt = null,
    MigrationId? OtherMigration = null);
