using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>
/// Asks that hosts be emptied for maintenance: no machine comes any more, and every running one is moved away. Asking again with the same
/// identity changes nothing. Answered by <see cref="DrainAnswer"/>.
/// </summary>
[MessageName("drain-hosts")]
public sealed record DrainHosts
{
    /// <summary>The drain's identity, chosen by whoever asks: 1 to 32 letters, digits, dots, hyphens or underscores.</summary>
    public required string Id { get; init; }

    /// <summary>The hosts; one or more, each named once.</summary>
    public required IReadOnlyList<HostName> Hosts { get; init; }

    /// <summary>How many machines may be on their way away from each host at once, 1 or more; null for the scheduler's limit.</summary>
    public int? Parallel { get; init; }

    /// <summary>In which order.</summary>
    public DrainOrder Order { get; init; }

    /// <summary>Whether hard rules that keep machines together or apart may be broken for those that no host could take otherwise.</summary>
    public bool RelaxAffinity { get; init; }

    /// <summary>Whether only the plan is wanted: nothing is changed.</summary>
    public bool DryRun { get; init; }

    /// <summary>Who asks, for the audit.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Why, for the audit; may be empty.</summary>
    public string Reason { get; init; } = "";
}
