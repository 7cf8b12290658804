using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>Asks for a migration. Asking again with the same identity changes nothing and is answered alike.</summary>
/// <param name="Id">Chosen by whoever asks.</param>
/// <param name="Vm">The machine's name or UUID.</param>
/// <param name="To">The destination.</param>
/// <param name="Options">How to move it.</param>
/// <param name="Limits">Hard limits.</param>
/// <param name="RequestedBy">Who asks, for the audit.</param>
/// <param name="TraceParent">W3C trace context that the migration's trace belongs to; null starts a new one.</param>
/// <param name="Alternatives">Further hosts, in this order, for when <paramref name="To"/> or the one before cannot take it; null for none.</param>
public sealed record RequestMigration(
    MigrationId Id,
    string Vm,
    HostName To,
    MigrationOptions Options,
    MigrationLimits Limits,
    string RequestedBy,
    string? TraceParent = null,
    IReadOnlyList<HostName>? Alternatives = null);
