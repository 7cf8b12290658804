using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>Asks whether a migration is possible, and how every host is rated for it, without starting anything; answered by <see cref="RateTargetsAnswer"/>.</summary>
/// <param name="Vm">The VM's name or UUID.</param>
/// <param name="Options">How it would be migrated; null for the defaults.</param>
/// <param name="To">The only host to rate; null for all.</param>
[MessageName("rate-targets")]
public sealed record RateTargets(string Vm, MigrationOptions? Options = null, HostName? To = null);
