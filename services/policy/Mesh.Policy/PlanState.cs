using Mesh.Contracts.Policies;
using Mesh.Policy.Adapting;
using Mesh.Policy.Estimating;
using Mesh.Policy.Rules;

namespace Mesh.Policy;

/// <summary>
/// Where a plan stands: everything it needs to go on after a restart. Kept with the flight as JSON. All times are since the copying
/// began and in whole milliseconds, as they are kept.
/// </summary>
public sealed record PlanState
{
    /// <summary>The policy that is followed.</summary>
    public required MigrationPolicy Policy { get; init; }

    /// <summary>The migration.</summary>
    public required PlanSubject Subject { get; init; }

    /// <summary>The parameters as they are now.</summary>
    public Knobs Knobs { get; init; } = new();

    /// <summary>The latest time that was told, by a sample or by <see cref="Plan.Wait"/>.</summary>
    public TimeSpan At { get; init; }

    /// <summary>When the latest sample was taken; null before the first.</summary>
    public TimeSpan? SampledAt { get; init; }

    /// <summary>When telemetry was last looked at under this policy; null before the first time.</summary>
    public TimeSpan? LookedAt { get; init; }

    /// <summary>What the job did at the latest sample.</summary>
    public PlanStatus Status { get; init; }

    /// <summary>Whether nothing more is to be done: an abort was ordered, or the machine runs on the destination.</summary>
    public bool IsOver { get; init; }

    /// <summary>What the host has refused; it counts as not permitted.</summary>
    public IReadOnlyList<PolicyActionKind> Refusals { get; init; } = [];

    /// <summary>The downtime limit that this policy set last; null while it has set none.</summary>
    public TimeSpan? OrderedDowntime { get; init; }

    /// <summary>When this plan suspended the machine or made QEMU switch over; null while it has done neither.</summary>
    public TimeSpan? SwitchOverAt { get; init; }

    /// <summary>Which convergence steps were taken.</summary>
    public StepsTaken Steps { get; init; } = new();

    /// <summary>How far down the list of last resorts the plan is.</summary>
    public ResortsTaken Resorts { get; init; } = new();

    /// <summary>When the copy last progressed.</summary>
    public ProgressSeen Progress { get; init; } = new();

    /// <summary>The passes over memory that were seen under this policy.</summary>
    public PassesSeen Passes { get; init; } = new();

    /// <summary>What the stall detector remembers.</summary>
    public StallMemory Stall { get; init; } = new();

    /// <summary>What was learnt from all telemetry, whichever policy counted.</summary>
    public EstimatorState Estimator { get; init; } = EstimatorState.Empty;

    /// <summary>What the adaptive rule remembers.</summary>
    public AdaptiveState Adaptive { get; init; } = AdaptiveState.Empty;
}
