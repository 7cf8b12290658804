using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Policy.Adapting;
using Mesh.Policy.Estimating;
using Mesh.Policy.Model;
using Mesh.Policy.Rules;

namespace Mesh.Policy;

/// <summary>
/// Steers one migration by its policy, as pure functions: telemetry or time in, the plan's next state and its actions out. Every limit
/// is strict: it has passed when the time is later.
/// </summary>
public static class PolicyEngine
{
    /// <summary>Creates the plan of a migration that starts.</summary>
    public static PlanState CreatePlan(MigrationPolicy policy, PlanSubject subject)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new()
        {
            Policy = policy,
            Subject = subject,
            Tuning = new TuningParameters { MaxDowntime = policy.Start.MaxDowntime, Bandwidth = policy.Start.Bandwidth },
            Steps = StepState.Create(policy),
        };
    }

    /// <summary>Evaluates telemetry.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="phase">What the job does.</param>
    /// <param name="copy">Its statistics.</param>
    public static PolicyDecision EvaluateSample(PlanState plan, JobPhase phase, CopyStatistics copy)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(copy);

        // libvirt reports whole milliseconds; a trace may be more exact.
        var now = copy.Elapsed;
        copy = TimeRounding.ToMilliseconds(copy);
        var observed = plan with
        {
            UpdatedAt = TimeRounding.Max(plan.UpdatedAt, copy.Elapsed),
            SampledAt = copy.Elapsed,
            Phase = phase,
            IsOver = plan.IsOver || phase.IsPostCopy(),
            StalledSince = copy.Remaining < plan.Passes.LeastRemaining ? null : plan.StalledSince,
            Estimator = Estimator.Observe(plan.Estimator, phase, copy, plan.Tuning),
        };
        if (observed.IsOver || !SamplingInterval.IsDue(plan, now))
            return new PolicyDecision(observed, []);

        var context = new PolicyEvaluation(SamplingInterval.Record(observed, copy), now);
        Evaluate(context);
        return context.ToDecision();
    }

    /// <summary>
    /// Evaluates what depends on time only, when no telemetry arrives: the completion timeout, the switchover deadline and timed steps. The
    /// progress timeout is not among them, because missing telemetry does not prove missing progress.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="at">Time since the copy began.</param>
    public static PolicyDecision EvaluateTimers(PlanState plan, TimeSpan at)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var context = new PolicyEvaluation(plan with { UpdatedAt = TimeRounding.Max(plan.UpdatedAt, TimeRounding.ToMilliseconds(at)) }, at);
        if (plan.IsOver)
            return context.ToDecision();
        RunUntilActed(context, LastResortActions.ApplyUnlessAbort, LastResortActions.ApplyAbort, LimitChecks.CheckSwitchOver);
        if (!context.HasActed && !plan.Tuning.IsPostCopy)
            ConvergenceSteps.EvaluateTimed(context);
        if (!context.HasActed)
            StallDetection.EvaluateTimeout(context);
        return context.ToDecision();
    }

    /// <summary>Evaluates a stall event of the agent, which needs no telemetry: it proves that there was no new low.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="at">Time since the copy began.</param>
    /// <param name="stalledFor">Time since the last new low.</param>
    public static PolicyDecision EvaluateStall(PlanState plan, TimeSpan at, TimeSpan stalledFor)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var (now, since) = (TimeRounding.ToMilliseconds(at), TimeRounding.ToMilliseconds(TimeRounding.Max(at - stalledFor, TimeSpan.Zero)));
        if (plan.IsOver || plan.Phase.IsPaused(plan.Tuning))
            return new PolicyDecision(plan, []);

        // An event that was delayed may have been overtaken by a sample with a new low.
        var context = new PolicyEvaluation(
            plan with { UpdatedAt = TimeRounding.Max(plan.UpdatedAt, now), StalledSince = TimeRounding.Max(since, plan.Passes.LeastAt), StallEvents = plan.StallEvents + 1 }, at);
        if (!plan.Tuning.IsPostCopy)
            ConvergenceSteps.EvaluateStallEvent(context);
        return context.ToDecision();
    }

    /// <summary>Why the VM must not be suspended now: the completion timeout would abort the migration before the rest is copied; null if it would not.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="at">Time since the copy began.</param>
    public static string? FindSuspendProblem(PlanState plan, TimeSpan at)
    {
        ArgumentNullException.ThrowIfNull(plan);

        // A rate of zero may be that of one sample, between two passes: whoever asks for the suspension may know more.
        if (plan.Phase.IsPaused(plan.Tuning) || FinalCopy.CanFinish(plan, at) || FinalCopy.Estimate(plan) is not { } rest)
            return null;
        var left = TimeRounding.Max(FinalCopy.AbortAt(plan)!.Value - at, TimeSpan.Zero);
        return $"the rest takes about {EstimateFormat.Duration(rest)}, and the completion timeout aborts the migration in {EstimateFormat.Duration(left)}: the VM would be suspended in vain";
    }

    /// <summary>
    /// When <see cref="EvaluateTimers"/> is next due, as time since the copy began; null if never. Later than anything that the plan has
    /// observed.
    /// </summary>
    public static TimeSpan? NextDue(PlanState plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return PolicyTimers.NextDue(plan);
    }

    /// <summary>
    /// Follows another policy from the next sample on. Observations are kept, and limits and elapsed times count from the beginning of the
    /// copy; everything else of the policy starts over.
    /// </summary>
    public static PlanState ReplacePolicy(PlanState plan, MigrationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(policy);
        var timeout = CompletionTimeout(policy, plan.Subject);
        return plan with
        {
            Policy = policy,
            EvaluatedAt = null,
            PolicyMaxDowntime = null,
            SwitchOverAt = plan.Tuning.IsSuspended ? plan.SwitchOverAt : null,
            Steps = StepState.Create(policy),
            LastResort = new LastResortState { Delay = plan.UpdatedAt > timeout ? TimeRounding.ToMilliseconds(plan.UpdatedAt - timeout.Value) : TimeSpan.Zero },
            Passes = new PassStatistics(),
            Stall = new StallState(),
            Adaptive = AdaptiveState.Empty,
        };
    }

    /// <summary>Records the parameters that the migration has now.</summary>
    public static PlanState RecordParameters(PlanState plan, TuningParameters tuning)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan with { Tuning = tuning };
    }

    /// <summary>
    /// Records that the host rejected an action; it counts as not permitted from now on. Setting downtime or bandwidth and aborting are
    /// tried again where the policy says so, except a stall detector's switchover by downtime.
    /// </summary>
    public static PlanState RecordRefusal(PlanState plan, PolicyActionKind kind)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var refused = plan with
        {
            Refusals = [.. plan.Refusals.Append(kind).Distinct()],
            LastResort = plan.LastResort.WithoutRefused(plan.Policy, kind),
        };
        return kind switch
        {
            PolicyActionKind.PostCopy =>
                refused with { Tuning = plan.Tuning with { IsPostCopy = false }, Stall = plan.Stall with { IsSwitching = false } },
            PolicyActionKind.Suspend => refused with
            {
                Tuning = plan.Tuning with { IsSuspended = false },
                SwitchOverAt = null,
                Progress = plan.Progress.RestartAt(plan.UpdatedAt),
            },
            PolicyActionKind.Throttle => refused with { Tuning = plan.Tuning with { Throttle = null } },
            PolicyActionKind.SetDowntime when plan is { Stall.IsSwitching: true, Tuning.IsPostCopy: false } =>
                refused with { Stall = plan.Stall with { IsSwitching = false }, SwitchOverAt = null },
            _ => refused,
        };
    }

    /// <summary>Forecasts the migration; null before any data was sent.</summary>
    public static MigrationForecast? Forecast(PlanState plan) => Forecaster.Create(plan);

    /// <summary>When a policy's completion timeout passes for a migration, as time since the copy began; null if never.</summary>
    public static TimeSpan? CompletionTimeout(MigrationPolicy policy, PlanSubject subject)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(subject);
        return LimitChecks.CompletionTimeout(policy, subject);
    }

    // The milder last resorts come before the limits that abort, and those before any step.
    private static void Evaluate(PolicyEvaluation context)
    {
        RunUntilActed(context, LastResortActions.ApplyUnlessAbort, LimitChecks.CheckProgress, LastResortActions.ApplyAbort, LimitChecks.CheckSwitchOver);
        if (context.HasActed)
            return;
        if (!context.Plan.Tuning.IsPostCopy)
            ConvergenceSteps.Evaluate(context);
        if (context.Plan.IsOver)
            return;
        StallDetection.Evaluate(context);
        if (context.Plan is { IsOver: false, Tuning.IsPostCopy: false, Policy.Adaptive: { } rule })
            EvaluateAdaptive(context, rule);
    }

    private static void EvaluateAdaptive(PolicyEvaluation context, AdaptiveRule rule)
    {
        var (state, action) = AdaptivePolicy.Decide(context.Plan, rule, context.Now);
        context.Plan = context.Plan with { Adaptive = state };
        if (action is not null)
            context.Issue(action);
    }

    // The first rule that acts ends the evaluation.
    private static void RunUntilActed(PolicyEvaluation context, params ReadOnlySpan<Action<PolicyEvaluation>> rules)
    {
        foreach (var rule in rules)
        {
            rule(context);
            if (context.HasActed)
                return;
        }
    }
}
