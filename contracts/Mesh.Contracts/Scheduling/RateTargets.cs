using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>Asks what speaks against a migration, and how every host is rated for it, without beginning anything; answered by <see cref="RateTargetsAnswer"/>.</summary>
/// <param name="Vm">The machine's name or UUID.</param>
/// <param name="Options">How it would be moved; null for as migrations are moved that say nothing.</param>
/// <param name="To">The only host to look at; null for all.</param>
[MessageName("rate-targets")]
public sealed record RateTargets(string Vm, MigrationOptions? Options = null, HostName? To = null);
