using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>
/// Asks to drain hosts for maintenance: no VM is placed on them, and every running VM is moved away. Asking again with the same
/// identity changes nothing. Answered by <see cref="DrainAnswer"/>.
/// </summary>
[MessageName("drain-hosts")]
public sealed record DrainHosts
{
    /// <summary>The drain's identity, chosen by the caller: 1 to 32 letters, digits, dots, hyphens or underscores.</summary>
    public required string Id { get; init; }

    /// <summary>The hosts; one or more, each named once.</summary>
    public required IReadOnlyList<HostName> Hosts { get; init; }

    /// <summary>The maximum number of parallel migrations from each host, 1 or more; null for the scheduler's limit.</summary>
    public int? Parallel { get; init; }

    /// <summary>The order of the moves.</summary>
    public DrainOrder Order { get; init; }

    /// <summary>Whether hard VM affinity rules may be violated for VMs that no host could take otherwise.</summary>
    public bool RelaxAffinity { get; init; }

    /// <summary>Whether only the plan is computed and nothing is changed.</summary>
    public bool DryRun { get; init; }

    /// <summary>Who requests it, for the audit log.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Why, for the audit log; may be empty.</summary>
    public string Reason { get; init; } = "";
}
