using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Policy.Adapting;
using Mesh.Policy.Estimating;
using Mesh.Policy.Rules;

namespace Mesh.Policy;

/// <summary>
/// How a policy steers one migration, as pure functions: telemetry or time go in, the plan's next state and what it wants done come out.
/// Every limit is strict: it has passed when the time is later.
/// </summary>
public static class Plan
{
    /// <summary>A plan at the beginning of a migration.</summary>
    public static PlanState Begin(MigrationPolicy policy, PlanSubject subject)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new()
        {
            Policy = policy,
            Subject = subject,
            Knobs = new Knobs { Downtime = policy.Start.MaxDowntime, Bandwidth = policy.Start.Bandwidth },
            Steps = StepsTaken.None(policy),
        };
    }

    /// <summary>Looks at telemetry.</summary>
    public static Planned Look(PlanState plan, PlanSample sample)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(sample);
        var kept = sample with { At = Moment.Of(sample.At) };
        var seen = plan with
        {
            At = Moment.Later(plan.At, kept.At),
            SampledAt = kept.At,
            Status = sample.Status,
            IsOver = plan.IsOver || sample.Status is PlanStatus.PostCopy,
            Estimator = Estimator.See(plan.Estimator, kept, plan.Knobs),
        };
        if (seen.IsOver || !Looks.IsDue(plan, sample.At))
            return new Planned(seen, []);

        var turn = new Turn(Looks.See(seen, kept), sample.At);
        Judge(turn, sample);
        return turn.Done();
    }

    /// <summary>
    /// Does what time alone decides, when no telemetry comes: the completion timeout, the switch-over deadline and steps by time. Silence
    /// is no proof of a standstill, so the progress timeout is not among them.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="at">Time since the copying began.</param>
    public static Planned Wait(PlanState plan, TimeSpan at)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var turn = new Turn(plan with { At = Moment.Later(plan.At, Moment.Of(at)) }, at);
        if (plan.IsOver)
            return turn.Done();
        Until(turn, LastResort.TakeUnlessAbort, LastResort.TakeAbort, Limits.JudgeSwitchOver);
        if (!turn.HasActed && !plan.Knobs.IsPostCopy)
            Steps.TakeByTime(turn);
        if (!turn.HasActed)
            StallWatch.Wait(turn);
        return turn.Done();
    }

    /// <summary>
    /// When <see cref="Wait"/> may next have something to do, as time since the copying began; null if never. Later than anything that
    /// the plan was told.
    /// </summary>
    public static TimeSpan? NextDue(PlanState plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Due.Next(plan);
    }

    /// <summary>
    /// Follows another policy from the next sample on. What was observed is kept, and limits and elapsed times count from the beginning
    /// of the copying; everything else of the policy begins anew.
    /// </summary>
    public static PlanState Exchange(PlanState plan, MigrationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(policy);
        var timeout = CompletionTimeout(policy, plan.Subject);
        return plan with
        {
            Policy = policy,
            LookedAt = null,
            OrderedDowntime = null,
            SwitchOverAt = plan.Knobs.IsSuspended ? plan.SwitchOverAt : null,
            Steps = StepsTaken.None(policy),
            Resorts = new ResortsTaken { Late = plan.At > timeout ? Moment.Of(plan.At - timeout.Value) : TimeSpan.Zero },
            Passes = new PassesSeen(),
            Stall = new StallMemory(),
            Adaptive = AdaptiveState.Empty,
        };
    }

    /// <summary>Takes note of parameters that somebody else has set.</summary>
    public static PlanState Note(PlanState plan, Knobs knobs)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan with { Knobs = knobs };
    }

    /// <summary>
    /// Takes note that the host refused an action; it counts as not permitted from now on. Setting downtime or bandwidth and aborting
    /// are tried again where the policy says so, save that a stall detector's switch-over by downtime is not.
    /// </summary>
    public static PlanState Refused(PlanState plan, PolicyActionKind kind)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var refused = plan with
        {
            Refusals = [.. plan.Refusals.Append(kind).Distinct()],
            Resorts = plan.Resorts.WithoutRefused(plan.Policy, kind),
        };
        return kind switch
        {
            PolicyActionKind.PostCopy =>
                refused with { Knobs = plan.Knobs with { IsPostCopy = false }, Stall = plan.Stall with { IsSwitching = false } },
            PolicyActionKind.Suspend => refused with { Knobs = plan.Knobs with { IsSuspended = false }, SwitchOverAt = null },
            PolicyActionKind.Throttle => refused with { Knobs = plan.Knobs with { Throttle = null } },
            PolicyActionKind.SetDowntime when plan is { Stall.IsSwitching: true, Knobs.IsPostCopy: false } =>
                refused with { Stall = plan.Stall with { IsSwitching = false }, SwitchOverAt = null },
            _ => refused,
        };
    }

    /// <summary>What is to be expected of the migration; null before anything can be said.</summary>
    public static MigrationForecast? Forecast(PlanState plan) => Forecaster.Of(plan);

    /// <summary>When a policy's completion timeout passes for a migration, as time since the copying began; null if never.</summary>
    public static TimeSpan? CompletionTimeout(MigrationPolicy policy, PlanSubject subject)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(subject);
        return Limits.CompletionTimeout(policy, subject);
    }

    // The milder last resorts come before the limits that abort, and those before anything that would help.
    private static void Judge(Turn turn, PlanSample sample)
    {
        Until(turn, LastResort.TakeUnlessAbort, Limits.JudgeProgress, LastResort.TakeAbort, Limits.JudgeSwitchOver);
        if (turn.HasActed)
            return;
        if (!turn.Plan.Knobs.IsPostCopy)
            Steps.Take(turn);
        if (turn.Plan.IsOver)
            return;
        StallWatch.Look(turn);
        if (turn.Plan is { IsOver: false, Knobs.IsPostCopy: false, Policy.Adaptive: { } rule })
            Adapt(turn, rule, sample);
    }

    private static void Adapt(Turn turn, AdaptiveRule rule, PlanSample sample)
    {
        var (state, action) = AdaptiveBrain.Decide(turn.Plan, rule, sample);
        turn.Plan = turn.Plan with { Adaptive = state };
        if (action is not null)
            turn.Order(action);
    }

    // The first that acts is the last of the turn.
    private static void Until(Turn turn, params ReadOnlySpan<Action<Turn>> rules)
    {
        foreach (var rule in rules)
        {
            rule(turn);
            if (turn.HasActed)
                return;
        }
    }
}
