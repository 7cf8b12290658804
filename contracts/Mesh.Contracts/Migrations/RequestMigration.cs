using Mesh.Contracts.Policies;
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
/// <param name="Policy">Name of the policy that is to steer it; null for the one that counts for the machine.</param>
/// <param name="Allow">What may be done to the machine, of what the policy permits; null for all of it.</param>
/// <param name="DowntimeBudget">The downtime that the machine bears, for policies that plan by it; null for the policy's.</param>
/// <param name="Deadline">How long it may take in all, for policies that plan by time; null for the policy's completion timeout.</param>
public sealed record RequestMigration(
    MigrationId Id,
    string Vm,
    HostName To,
    MigrationOptions Options,
    MigrationLimits Limits,
    string RequestedBy,
    string? TraceParent = null,
    IReadOnlyList<HostName>? Alternatives = null,
    string? Policy = null,
    PolicyPermissions? Allow = null,
    TimeSpan? DowntimeBudget = null,
    TimeSpan? Deadline = null);
