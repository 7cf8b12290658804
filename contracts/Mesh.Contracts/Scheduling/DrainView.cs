using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>The view of a drain.</summary>
public sealed record DrainView
{
    /// <summary>Its identity.</summary>
    public required string Id { get; init; }

    /// <summary>The hosts that are drained; for a drain that undoes another, the hosts to which VMs return.</summary>
    public required IReadOnlyList<HostName> Hosts { get; init; }

    /// <summary>The drain that this one undoes; null if it undoes none.</summary>
    public string? Undoes { get; init; }

    /// <summary>Its state.</summary>
    public required DrainState State { get; init; }

    /// <summary>The maximum number of parallel migrations from each host; null for the scheduler's limit.</summary>
    public int? Parallel { get; init; }

    /// <summary>The order of the moves.</summary>
    public DrainOrder Order { get; init; }

    /// <summary>Whether hard VM affinity rules may be violated for VMs that no host could take otherwise.</summary>
    public bool RelaxAffinity { get; init; }

    /// <summary>Who requested it.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Why; may be empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When it was requested, by the mesh's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When it was last planned, by the mesh's clock; null for when it was requested.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Every VM to move, in the order of the plan.</summary>
    public required IReadOnlyList<DrainMove> Moves { get; init; }

    /// <summary>VMs that cannot be moved, and what to do about each.</summary>
    public IReadOnlyList<BlockedVm> BlockedVms { get; init; } = [];

    /// <summary>The predicted makespan, from the time of the last planning.</summary>
    public required TimeSpan Makespan { get; init; }

    /// <summary>The lower bound of any plan: the largest sum of bytes over bandwidth on any link.</summary>
    public required TimeSpan LowerBound { get; init; }

    /// <summary>How much of the data has been moved, 0 to 100.</summary>
    public Percent Progress { get; init; }

    /// <summary>When it is expected to end; null if it has ended or if that is unknown.</summary>
    public DateTimeOffset? ExpectedEnd { get; init; }

    /// <summary>How often the plan was recomputed because estimates changed.</summary>
    public int ReplanCount { get; init; }
}
