using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>What would make a migration converge.</summary>
internal static class Remedies
{
    private const int ThrottleStep = 5;
    private const int ThrottleMax = 95;

    // No setting gives more than this.
    private const double BandwidthFactorMax = 16;
    private const int HalvingsMax = 10;

    private const double Filled = 0.8;

    // What the prediction finds just sufficient might not be.
    private const double Margin = 1.05;

    /// <summary>Describes the remedies: permitted ones first, the others by what prevents them.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="input">The migration with its current parameters.</param>
    /// <param name="set">The working sets that fit what was observed.</param>
    /// <param name="best">The prediction with the lowest maximum downtime with which it ends.</param>
    public static string Describe(PlanState plan, PredictionInput input, WorkingSetRange set, PreCopyPrediction best)
    {
        var limit = EstimateFormat.ToTimeSpan(Margin * best.Pending / input.Rate);
        var budget = plan.Subject.DowntimeBudget ?? plan.Policy.DowntimeBudget;
        var remedies = new List<(string Text, string Obstacle)>
        {
            ($"a maximum downtime of {EstimateFormat.Duration(limit)}", limit > budget ? $"over the budget of {EstimateFormat.Duration(budget.Value)}" : ""),
        };
        if (Throttle(input, set.Slowest) is { } throttle)
            remedies.Add((
                $"a throttle of {(Converges(input, set.Fastest, throttle) ? "" : "at least ")}{throttle}",
                DescribeObstacle(plan, PolicyActionKind.Throttle)));
        if (Bandwidth(input, set.Likely) is { } bandwidth)
            remedies.Add(IsLimited(plan) ? ($"a bandwidth limit of {bandwidth}", "") : ($"{bandwidth} of bandwidth", "more than the link carries"));
        remedies.Add(("post-copy", DescribeObstacle(plan, PolicyActionKind.PostCopy)));
        var pending = PlanAnalysis.PendingBytes(input, set.Likely) / input.Rate;
        remedies.Add(($"the VM suspended for {EstimateFormat.Duration(pending)}", DescribeObstacle(plan, PolicyActionKind.Suspend)));

        var permitted = JoinAlternatives(remedies.Where(remedy => remedy.Obstacle.Length == 0).Select(remedy => remedy.Text));
        var prevented = remedies.Where(remedy => remedy.Obstacle.Length > 0).GroupBy(remedy => remedy.Obstacle, remedy => remedy.Text, StringComparer.Ordinal);
        return string.Join("; ", prevented.Select(group => $"{group.Key}: {JoinAlternatives(group)}").Prepend(permitted));
    }

    private static string JoinAlternatives(IEnumerable<string> remedies) => remedies.ToList() switch
    {
        [] => "no permitted action",
        [var only] => only,
        [.. var others, var last] => $"{string.Join(", ", others)} or {last}",
    };

    // Whether the limit, and not the link, bounds the bandwidth.
    private static bool IsLimited(PlanState plan) => plan.Estimator.Bandwidth?.Count > Filled * plan.Tuning.Bandwidth?.Count;

    private static Percent? Throttle(PredictionInput input, WorkingSet set)
    {
        for (var percent = ThrottleStep; percent <= ThrottleMax; percent += ThrottleStep)
            if (PlanAnalysis.GuestSpeed(new Percent(percent)) < input.GuestSpeed && Converges(input, set, new Percent(percent)))
                return new Percent(percent);
        return null;
    }

    private static bool Converges(PredictionInput input, WorkingSet set, Percent throttle) =>
        PreCopyModel.Predict(input with { GuestSpeed = PlanAnalysis.GuestSpeed(throttle) }, set).Converges;

    private static BytesPerSecond? Bandwidth(PredictionInput input, WorkingSet set)
    {
        var (no, yes) = (1.0, BandwidthFactorMax);
        if (!IsEnough(yes))
            return null;
        for (var halving = 0; halving < HalvingsMax; halving++)
        {
            var middle = Math.Sqrt(no * yes);
            (no, yes) = IsEnough(middle) ? (no, middle) : (middle, yes);
        }

        return new BytesPerSecond((long)(yes * input.Rate));

        bool IsEnough(double factor) => PreCopyModel.Predict(input with { Rate = input.Rate * factor, RateNow = input.RateNow * factor }, set).Converges;
    }

    private static string DescribeObstacle(PlanState plan, PolicyActionKind kind) => (kind, EffectivePermissions.IsPermitted(plan, kind)) switch
    {
        (_, true) => "",
        _ when EffectivePermissions.IsRefused(plan, kind) => "rejected by the host",
        (PolicyActionKind.PostCopy, _) when plan is { Policy.Permits.PostCopy: true, Subject: { Allow.PostCopy: true, IsPostCopyArmed: false } } =>
            "not armed at the start",
        _ when IsPermitted(plan.Policy.Permits, kind) => "not allowed for this VM",
        _ => "not permitted by the policy",
    };

    private static bool IsPermitted(PolicyPermissions permits, PolicyActionKind kind) => kind switch
    {
        PolicyActionKind.Throttle => permits.Throttle,
        PolicyActionKind.PostCopy => permits.PostCopy,
        _ => permits.Suspend,
    };
}
