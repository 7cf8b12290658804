using Mesh.Contracts.Policies;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>
/// Asks the scheduler for a migration. Asking again with the same identity changes nothing and gets the same answer.
/// <see cref="To"/> alone names the only host that may take the VM; with <see cref="Alternatives"/> the hosts are tried in that order;
/// <see cref="Alternatives"/> alone leaves the choice among them, and neither leaves it among all hosts.
/// </summary>
/// <param name="Id">Chosen by the caller.</param>
/// <param name="Vm">The VM's name or UUID.</param>
/// <param name="To">The destination, or the first of several; null lets the scheduler choose.</param>
/// <param name="Options">How to migrate it.</param>
/// <param name="Limits">Hard limits.</param>
/// <param name="RequestedBy">Who requests it, for the audit log.</param>
/// <param name="TraceParent">W3C trace context that the migration's trace belongs to; null starts a new one.</param>
/// <param name="Alternatives">Further hosts; null for none.</param>
/// <param name="Policy">The name of the migration's policy; null for the VM's effective policy.</param>
/// <param name="Allow">Restricts what the policy permits; null for all that it permits.</param>
/// <param name="DowntimeBudget">The maximum tolerated downtime, for policies that plan by it; null for the policy's.</param>
/// <param name="Deadline">The maximum total time, for policies that plan by it; null for the policy's completion timeout.</param>
[MessageName("request-migration")]
public sealed record RequestMigration(
    MigrationId Id,
    string Vm,
    HostName? To,
    MigrationOptions Options,
    MigrationLimits Limits,
    string RequestedBy,
    string? TraceParent = null,
    IReadOnlyList<HostName>? Alternatives = null,
    string? Policy = null,
    PolicyPermissions? Allow = null,
    TimeSpan? DowntimeBudget = null,
    TimeSpan? Deadline = null)
{
    /// <summary>Its priority in the queue.</summary>
    public MigrationPriority Priority { get; init; } = MigrationPriority.Operator;

    /// <summary>A host to use if it is eligible, when the scheduler chooses: the one that a plan assumed.</summary>
    public HostName? Preferred { get; init; }

    /// <summary>The drain that it belongs to; null for none.</summary>
    public string? Drain { get; init; }

    /// <summary>Whether VM affinity rules may be violated if no other host is left, as an evacuation may need.</summary>
    public bool RelaxAffinity { get; init; }

    /// <summary>The maximum number of hosts to try, 1 or more; null for the scheduler's limit.</summary>
    public int? HostsTriedMax { get; init; }
}
