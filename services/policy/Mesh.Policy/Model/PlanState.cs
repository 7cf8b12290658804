using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>
/// The state of a plan: everything it needs to continue after a restart. It is stored with the migration as JSON. All times are since the
/// copy began and in whole milliseconds, as they are stored.
/// </summary>
public sealed record PlanState
{
    /// <summary>The policy that is followed.</summary>
    public required MigrationPolicy Policy { get; init; }

    /// <summary>The migration.</summary>
    public required PlanSubject Subject { get; init; }

    /// <summary>The current parameters.</summary>
    public TuningParameters Tuning { get; init; } = new();

    /// <summary>The latest time that was observed, by a sample or a timer.</summary>
    public TimeSpan UpdatedAt { get; init; }

    /// <summary>When the latest sample was taken; null before the first.</summary>
    public TimeSpan? SampledAt { get; init; }

    /// <summary>When this policy last evaluated a sample; null before the first.</summary>
    public TimeSpan? EvaluatedAt { get; init; }

    /// <summary>What the job did at the latest sample.</summary>
    public JobPhase Phase { get; init; }

    /// <summary>Whether the plan is done: it has aborted the migration, or the VM runs on the destination.</summary>
    public bool IsOver { get; init; }

    /// <summary>Actions that the host has rejected; they count as not permitted.</summary>
    public IReadOnlyList<PolicyActionKind> Refusals { get; init; } = [];

    /// <summary>The maximum downtime that this policy set last; null while it has set none.</summary>
    public TimeSpan? PolicyMaxDowntime { get; init; }

    /// <summary>When this plan suspended the VM or made QEMU switch over; null while it has done neither.</summary>
    public TimeSpan? SwitchOverAt { get; init; }

    /// <summary>Which convergence steps were taken.</summary>
    public StepState Steps { get; init; } = new();

    /// <summary>The progress through the list of last resorts.</summary>
    public LastResortState LastResort { get; init; } = new();

    /// <summary>When the copy last progressed.</summary>
    public ProgressState Progress { get; init; } = new();

    /// <summary>The passes over memory that were evaluated under this policy.</summary>
    public PassStatistics Passes { get; init; } = new();

    /// <summary>Since when nothing less has remained, by the agent's stall events; null if it is not stalled. A new low ends it.</summary>
    public TimeSpan? StalledSince { get; init; }

    /// <summary>How many stall events were received.</summary>
    public int StallEvents { get; init; }

    /// <summary>The state of the stall detector.</summary>
    public StallState Stall { get; init; } = new();

    /// <summary>What was estimated from all telemetry, under whichever policy.</summary>
    public EstimatorState Estimator { get; init; } = EstimatorState.Empty;

    /// <summary>The state of the adaptive policy.</summary>
    public AdaptiveState Adaptive { get; init; } = AdaptiveState.Empty;
}

/// <summary>Which convergence steps of a policy were taken.</summary>
public sealed record StepState
{
    /// <summary>How many of the steps that are taken once; in the policy's order.</summary>
    public int TakenCount { get; init; }

    /// <summary>For each step of the policy, <see cref="PassStatistics.Growths"/> when it was last taken; 0 before.</summary>
    public IReadOnlyList<long> GrowthsWhenTaken { get; init; } = [];

    /// <summary>For each step of the policy that was taken, <see cref="PlanState.StallEvents"/> at that time; a shorter list ends with zeros.</summary>
    public IReadOnlyList<int> StallEventsWhenTaken { get; init; } = [];

    internal static StepState Create(MigrationPolicy policy) => new() { GrowthsWhenTaken = [.. policy.Steps.Select(_ => 0L)] };
}

/// <summary>The progress through a policy's list of last resorts.</summary>
public sealed record LastResortState
{
    /// <summary>Index of the next one to consider; those before it were taken, or could not be.</summary>
    public int NextIndex { get; init; }

    /// <summary>How many were taken and not rejected.</summary>
    public int TakenCount { get; init; }

    /// <summary>How long after its completion timeout a replacing policy took effect; all but the first last resort are delayed by as much.</summary>
    public TimeSpan Delay { get; init; }

    // The next one is then due at once.
    internal LastResortState WithoutRefused(MigrationPolicy policy, PolicyActionKind kind) =>
        TakenCount > 0 && policy.LastResort[NextIndex - 1] == kind ? this with { TakenCount = TakenCount - 1 } : this;
}

/// <summary>When a copy last progressed, by evaluated samples. Times are since the copy began.</summary>
public sealed record ProgressState
{
    /// <summary>What remained at the last sample; zero before the first.</summary>
    public Bytes Remaining { get; init; }

    /// <summary>What had been sent at the last sample; zero before the first.</summary>
    public Bytes Transferred { get; init; }

    /// <summary>When less remained than at the sample before, or nothing had remained at that.</summary>
    public TimeSpan RemainingFellAt { get; init; }

    /// <summary>When more had been sent than at the sample before.</summary>
    public TimeSpan TransferredAt { get; init; }

    // A time in which nothing could progress does not count.
    internal ProgressState RestartAt(TimeSpan at) => this with { RemainingFellAt = at, TransferredAt = at };

    internal TimeSpan LastProgressAt(ProgressMeasure measure) =>
        measure is ProgressMeasure.RemainingOrTransferred && TransferredAt > RemainingFellAt ? TransferredAt : RemainingFellAt;

    internal ProgressState Update(CopyStatistics copy) => new()
    {
        Remaining = copy.Remaining,
        Transferred = copy.Transferred,
        RemainingFellAt = copy.Remaining < Remaining || Remaining == Bytes.Zero ? copy.Elapsed : RemainingFellAt,
        TransferredAt = copy.Transferred > Transferred ? copy.Elapsed : TransferredAt,
    };
}

/// <summary>The passes over memory since a policy took effect, by evaluated samples.</summary>
public sealed record PassStatistics
{
    /// <summary>The pass at the first sample. libvirt's counter may begin anywhere, so passes are counted from here.</summary>
    public long FirstIteration { get; init; }

    /// <summary>The latest pass.</summary>
    public long LastIteration { get; init; }

    /// <summary>Whether that pass was new at the last sample.</summary>
    public bool IsNewPass { get; init; }

    /// <summary>The least that ever remained at the beginning of a pass after the first one; null before there was any.</summary>
    public Bytes? LeastAtPassStart { get; init; }

    /// <summary>The pass that began with it; the first pass before there was any.</summary>
    public long LeastIteration { get; init; }

    /// <summary>The least that ever remained.</summary>
    public Bytes LeastRemaining { get; init; }

    /// <summary>When it did, as time since the copy began.</summary>
    public TimeSpan LeastAt { get; init; }

    /// <summary>What remained at the last sample at which data had flowed; null before.</summary>
    public Bytes? LastFlowingRemaining { get; init; }

    /// <summary>How often more remained than at the sample before, or nothing at all, while data flowed.</summary>
    public long Growths { get; init; }

    /// <summary>The smoothed rate at which data is sent, in bytes per second; 0 while it is unknown.</summary>
    public double Bandwidth { get; init; }
}

/// <summary>The state of the stall detector. Times are since the copy began.</summary>
public sealed record StallState
{
    /// <summary>New lows within the window that may become <see cref="LeastBeforeWindow"/>, oldest and highest first.</summary>
    public IReadOnlyList<PassStart> Candidates { get; init; } = [];

    /// <summary>The least that remained at the beginning of a pass longer ago than the window; null before there was any.</summary>
    public Bytes? LeastBeforeWindow { get; init; }

    /// <summary>Whether a stall was found.</summary>
    public bool IsStalled { get; init; }

    /// <summary>What a local minimum is measured against.</summary>
    public Bytes BestRemaining { get; init; }

    /// <summary>What remained at the beginning of passes since the stall and has not been the best yet, the least first.</summary>
    public IReadOnlyList<Bytes> NextBest { get; init; } = [];

    /// <summary>How long the next best is waited for.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>When the next best is accepted.</summary>
    public TimeSpan RelaxAt { get; init; }

    /// <summary>What remained when the last pass began; null before one was observed to begin.</summary>
    public Bytes? LastPassStart { get; init; }

    /// <summary>Whether the detector has started a switchover.</summary>
    public bool IsSwitching { get; init; }
}

/// <summary>What remained when a pass over memory began.</summary>
/// <param name="At">When, as time since the copy began.</param>
/// <param name="Remaining">What remained.</param>
public sealed record PassStart(TimeSpan At, Bytes Remaining);

/// <summary>The state of the adaptive policy. It is stored with the plan as JSON; times are since the copy began.</summary>
public sealed record AdaptiveState
{
    /// <summary>The state before the first sample.</summary>
    public static readonly AdaptiveState Empty = new();

    /// <summary>Whether it has evaluated a sample.</summary>
    public bool HasBegun { get; init; }

    /// <summary>When it last acted; null if it has not.</summary>
    public TimeSpan? ChangedAt { get; init; }

    /// <summary>The number of completed passes when the throttle was last raised.</summary>
    public long ThrottledAfterPasses { get; init; }

    /// <summary>When the migration should have ended by the first prediction since the last action, with a margin; null before there was one.</summary>
    public TimeSpan? ExpectedBy { get; init; }

    /// <summary>Since when a throttle, post-copy or suspending has been needed; null while none is.</summary>
    public TimeSpan? NeededSince { get; init; }

    /// <summary>Since when no permitted action would help; null while one does.</summary>
    public TimeSpan? HopelessSince { get; init; }
}
