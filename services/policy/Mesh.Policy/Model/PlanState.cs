using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;

namespace Mesh.Policy.Model;

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
    public TuningParameters Tuning { get; init; } = new();

    /// <summary>The latest time that was told, by a sample or by <see cref="PolicyEngine.EvaluateTimers"/>.</summary>
    public TimeSpan UpdatedAt { get; init; }

    /// <summary>When the latest sample was taken; null before the first.</summary>
    public TimeSpan? SampledAt { get; init; }

    /// <summary>When telemetry was last looked at under this policy; null before the first time.</summary>
    public TimeSpan? EvaluatedAt { get; init; }

    /// <summary>What the job did at the latest sample.</summary>
    public JobPhase Phase { get; init; }

    /// <summary>Whether nothing more is to be done: an abort was ordered, or the machine runs on the destination.</summary>
    public bool IsOver { get; init; }

    /// <summary>What the host has refused; it counts as not permitted.</summary>
    public IReadOnlyList<PolicyActionKind> Refusals { get; init; } = [];

    /// <summary>The downtime limit that this policy set last; null while it has set none.</summary>
    public TimeSpan? PolicyMaxDowntime { get; init; }

    /// <summary>When this plan suspended the machine or made QEMU switch over; null while it has done neither.</summary>
    public TimeSpan? SwitchOverAt { get; init; }

    /// <summary>Which convergence steps were taken.</summary>
    public StepState Steps { get; init; } = new();

    /// <summary>How far down the list of last resorts the plan is.</summary>
    public LastResortState LastResort { get; init; } = new();

    /// <summary>When the copy last progressed.</summary>
    public ProgressState Progress { get; init; } = new();

    /// <summary>The passes over memory that were seen under this policy.</summary>
    public PassStatistics Passes { get; init; } = new();

    /// <summary>What the stall detector remembers.</summary>
    public StallState Stall { get; init; } = new();

    /// <summary>What was learnt from all telemetry, whichever policy counted.</summary>
    public EstimatorState Estimator { get; init; } = EstimatorState.Empty;

    /// <summary>What the adaptive rule remembers.</summary>
    public AdaptiveState Adaptive { get; init; } = AdaptiveState.Empty;
}
