using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>A drain as it is shown.</summary>
public sealed record DrainView
{
    /// <summary>Its identity.</summary>
    public required string Id { get; init; }

    /// <summary>The hosts that are emptied; for one that undoes another, the hosts that are filled again.</summary>
    public required IReadOnlyList<HostName> Hosts { get; init; }

    /// <summary>The drain that this one undoes; null if it undoes none.</summary>
    public string? Undoes { get; init; }

    /// <summary>Where it stands.</summary>
    public required DrainState State { get; init; }

    /// <summary>How many VMs may be on their way away from each host at once; null for the scheduler's limit.</summary>
    public int? Parallel { get; init; }

    /// <summary>In which order.</summary>
    public DrainOrder Order { get; init; }

    /// <summary>Whether hard rules on VM affinity may be broken for VMs that no host could take otherwise.</summary>
    public bool RelaxAffinity { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Why; may be empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When it was asked for, by the mesh's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When it was planned last, by the mesh's clock; null for when it was asked for.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>When it was over; null while it is not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Every VM that is to be moved, in the order of the plan.</summary>
    public required IReadOnlyList<DrainMove> Moves { get; init; }

    /// <summary>VMs that cannot be moved, and what to do about each.</summary>
    public IReadOnlyList<BlockedVm> BlockedVms { get; init; } = [];

    /// <summary>How long the whole was predicted to take when it was planned last, from then on.</summary>
    public required TimeSpan Makespan { get; init; }

    /// <summary>What no plan could beat: the largest sum of bytes over bandwidth on any link.</summary>
    public required TimeSpan LowerBound { get; init; }

    /// <summary>How much of the data is moved, 0 to 100.</summary>
    public Percent Progress { get; init; }

    /// <summary>When it is expected to be over; null if it is over or unknown.</summary>
    public DateTimeOffset? ExpectedEnd { get; init; }

    /// <summary>How often the plan was recomputed because estimates changed.</summary>
    public int ReplanCount { get; init; }
}
