using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>Detects a stall as KubeVirt does: a pass begins with no less than the minimum from before the window.</summary>
internal static class StallDetection
{
    // Stored with the migration; only the lowest ones are needed.
    private const int NextBestMax = 1000;

    public static void Evaluate(PolicyEvaluation context)
    {
        if (context.Plan.Policy.StallDetector is not { } detector)
            return;
        if (context.Plan.Passes.IsNewPass)
            EvaluatePass(context, detector);
        if (!context.HasActed)
            EvaluateTimeout(context);
    }

    /// <summary>Checks the completion timeout, which needs no new telemetry.</summary>
    public static void EvaluateTimeout(PolicyEvaluation context)
    {
        if (context.Plan.Policy.StallDetector is { } detector)
            StallActions.ActAtTimeout(context, detector);
    }

    private static void EvaluatePass(PolicyEvaluation context, StallDetector detector)
    {
        var begun = new PassStart(TimeRounding.ToMilliseconds(context.Now), context.Plan.Progress.Remaining);
        context.Plan = context.Plan with { Stall = context.Plan.Stall with { LastPassStart = begun.Remaining } };
        if (context.Plan.Passes.Bandwidth == 0 || context.Plan.Stall.IsSwitching)
            return;

        var stall = WithCandidate(context.Plan.Stall, begun, detector);
        stall = stall.IsStalled ? RelaxSearch(stall, begun, detector)
            : HasStalled(stall, begun, detector) ? StartSearch(stall, begun, detector)
            : stall;
        context.Plan = context.Plan with { Stall = stall };
        if (stall.IsStalled && (!detector.SearchLocalMinimum || begun.Remaining.Count <= (long)(stall.BestRemaining.Count * (1 + MarginFactor(detector)))))
            StallActions.ActAtMinimum(context, detector);
    }

    private static StallState WithCandidate(StallState stall, PassStart begun, StallDetector detector)
    {
        var outside = stall.Candidates.TakeWhile(candidate => begun.At - candidate.At >= detector.Window).ToList();
        IReadOnlyList<PassStart> inside = [.. stall.Candidates.Skip(outside.Count)];
        var least = stall.LeastBeforeWindow;
        foreach (var candidate in outside)
            least = least <= candidate.Remaining ? least : candidate.Remaining;
        var isNewLow = !(begun.Remaining > least) && (inside.Count == 0 || begun.Remaining < inside[^1].Remaining);
        return stall with { LeastBeforeWindow = least, Candidates = isNewLow ? [.. inside, begun] : inside };
    }

    private static bool HasStalled(StallState stall, PassStart begun, StallDetector detector) =>
        stall.LeastBeforeWindow is { } least && begun.Remaining.Count >= (long)(least.Count * (1 - MarginFactor(detector)));

    private static StallState StartSearch(StallState stall, PassStart begun, StallDetector detector) => stall with
    {
        IsStalled = true,
        BestRemaining = stall.Candidates.Select(candidate => candidate.Remaining).Append(stall.LeastBeforeWindow!.Value).Min(),
        NextBest = [],
        Patience = detector.Window,
        RelaxAt = begun.At + detector.Window,
    };

    private static StallState RelaxSearch(StallState stall, PassStart begun, StallDetector detector)
    {
        IReadOnlyList<Bytes> others = [.. stall.NextBest.Append(begun.Remaining).Order().Take(NextBestMax)];
        if (begun.At < stall.RelaxAt)
            return stall with { NextBest = others };
        var patience = TimeRounding.ToMilliseconds(stall.Patience * detector.PatienceFactor);
        return stall with { BestRemaining = others[0], NextBest = [.. others.Skip(1)], Patience = patience, RelaxAt = begun.At + patience };
    }

    private static double MarginFactor(StallDetector detector) => detector.Margin.Value / 100.0;
}

/// <summary>What to do about a stall, and at the completion timeout of a policy with a stall detector.</summary>
internal static class StallActions
{
    public static void ActAtMinimum(PolicyEvaluation context, StallDetector detector)
    {
        var estimate = TriggerRules.PredictedDowntime(context.Plan)!.Value;
        if (context.IsSuspended || !CanFinish(context, detector, estimate))
            return;
        var where = detector.SearchLocalMinimum ? " at a local minimum" : "";
        var reason = $"stalled: {context.Plan.Progress.Remaining} remain{where}, {ReasonFormat.Duration(estimate)} of downtime";
        if (!TrySwitchOver(context, detector, estimate, reason))
            context.Issue(PolicyActionKind.Abort, $"{reason}, over the budget of {ReasonFormat.Duration(Budget(context.Plan))}");
    }

    public static void ActAtTimeout(PolicyEvaluation context, StallDetector detector)
    {
        var plan = context.Plan;
        if (LimitChecks.CompletionTimeout(plan) is not { } timeout || plan.Policy.LastResort.Count == 0)
            return;
        var last = timeout * detector.CompletionFactor;
        if (context.Now > last)
            context.IssueLimitAbort($"not complete after {ReasonFormat.Duration(last)}");
        if (context.Now <= timeout || context.HasActed || IsSwitching(plan))
            return;
        var reason = $"not complete after {ReasonFormat.Duration(timeout)}";
        if (EstimateDowntime(plan) is not { } estimate || !CanFinish(context, detector, estimate) || !TrySwitchOver(context, detector, estimate, reason))
            context.IssueLimitAbort(reason);
    }

    /// <summary>When <see cref="ActAtTimeout"/> is due; null if never.</summary>
    public static TimeSpan? Due(PlanState plan) =>
        plan.Policy is { StallDetector: { } detector, LastResort.Count: > 0 } && LimitChecks.CompletionTimeout(plan) is { } timeout
            ? IsSwitching(plan) ? timeout * detector.CompletionFactor : timeout
            : null;

    private static bool IsSwitching(PlanState plan) => plan.Stall.IsSwitching || plan.Tuning.IsPostCopy;

    private static bool TrySwitchOver(PolicyEvaluation context, StallDetector detector, TimeSpan estimate, string reason)
    {
        var (plan, permits) = (context.Plan, EffectivePermissions.ForPlan(context.Plan));
        if (permits.PostCopy)
            context.Issue(PolicyActionKind.PostCopy, reason);
        else if (EffectivePermissions.IsRefused(plan, PolicyActionKind.SetDowntime))
            return false;
        else if (permits.Suspend)
            context.IssueMaxDowntime(QemuLimits.MaxDowntimeMax, reason);
        else if (estimate <= Budget(plan) * detector.PreCopyFactor)
            context.IssueMaxDowntime(Budget(plan), reason);
        else
            return false;
        context.Plan = context.Plan with
        {
            Stall = context.Plan.Stall with { IsSwitching = true },
            SwitchOverAt = permits.PostCopy ? plan.SwitchOverAt : TimeRounding.ToMilliseconds(context.Now),
        };
        return true;
    }

    // On a broken network, a switchover would only make things worse.
    private static bool CanFinish(PolicyEvaluation context, StallDetector detector, TimeSpan estimate) =>
        !(LimitChecks.CompletionTimeout(context.Plan) is { } timeout && estimate > (timeout * detector.CompletionFactor) - context.Now);

    // In the middle of a pass less remains than a switchover would have to send.
    private static TimeSpan? EstimateDowntime(PlanState plan)
    {
        var remaining = plan.Phase.IsPaused(plan.Tuning) ? plan.Progress.Remaining : plan.Stall.LastPassStart ?? plan.Progress.Remaining;
        return plan.Passes.Bandwidth > 0 ? SwitchOver.EstimateDowntime(remaining, plan.Passes.Bandwidth) : null;
    }

    private static TimeSpan Budget(PlanState plan) => plan.Policy.DowntimeBudget ?? QemuLimits.DefaultMaxDowntime;
}
