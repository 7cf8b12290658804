using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Estimating;

/// <summary>What would make a migration converge that does not.</summary>
internal static class Remedies
{
    private const int ThrottleStep = 5;
    private const int ThrottleMax = 95;

    // More than this is no matter of a setting.
    private const double BandwidthFactorMax = 16;
    private const int HalvingsMax = 10;

    private const double Filled = 0.8;

    // What is just enough by the prediction might not be.
    private const double Margin = 1.05;

    /// <summary>In words, those that are permitted first, and the others by what stands against them.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="course">The migration as it goes on.</param>
    /// <param name="set">How the machine may write.</param>
    /// <param name="best">What comes of it with the least downtime limit with which it ends.</param>
    public static string Of(PlanState plan, Course course, WorkingSetRange set, Outlook best)
    {
        var limit = About.Time(Margin * best.Pending / course.Rate);
        var budget = plan.Subject.DowntimeBudget ?? plan.Policy.DowntimeBudget;
        var remedies = new List<(string Words, string Bar)>
        {
            ($"a downtime limit of {About.Of(limit)}", limit > budget ? $"over the budget of {About.Of(budget.Value)}" : ""),
        };
        if (Throttle(course, set.Slowest) is { } throttle)
            remedies.Add((
                $"the machine slowed down by {(Ends(course, set.Fastest, throttle) ? "" : "at least ")}{throttle}",
                Bar(plan, PolicyActionKind.Throttle)));
        if (Bandwidth(course, set.Likely) is { } bandwidth)
            remedies.Add(IsLimited(plan) ? ($"a bandwidth limit of {bandwidth}", "") : ($"{bandwidth} of bandwidth", "more than the link gives"));
        remedies.Add(("post-copy", Bar(plan, PolicyActionKind.PostCopy)));
        var pending = Situation.Pending(course, set.Likely) / course.Rate;
        remedies.Add(($"the machine suspended for {About.Of(pending)}", Bar(plan, PolicyActionKind.Suspend)));

        var permitted = InWords(remedies.Where(remedy => remedy.Bar.Length == 0).Select(remedy => remedy.Words));
        var barred = remedies.Where(remedy => remedy.Bar.Length > 0).GroupBy(remedy => remedy.Bar, remedy => remedy.Words, StringComparer.Ordinal);
        return string.Join("; ", barred.Select(group => $"{group.Key}: {InWords(group)}").Prepend(permitted));
    }

    private static string InWords(IEnumerable<string> remedies) => remedies.ToList() switch
    {
        [] => "nothing that is permitted",
        [var only] => only,
        [.. var others, var last] => $"{string.Join(", ", others)} or {last}",
    };

    // Whether it is the limit, and not the link, that keeps data from going out faster.
    private static bool IsLimited(PlanState plan) => plan.Estimator.Bandwidth?.Count > Filled * plan.Knobs.Bandwidth?.Count;

    private static Percent? Throttle(Course course, WorkingSet set)
    {
        for (var percent = ThrottleStep; percent <= ThrottleMax; percent += ThrottleStep)
            if (Situation.Speed(new Percent(percent)) < course.Speed && Ends(course, set, new Percent(percent)))
                return new Percent(percent);
        return null;
    }

    private static bool Ends(Course course, WorkingSet set, Percent throttle) =>
        PreCopy.Run(course with { Speed = Situation.Speed(throttle) }, set).Ends;

    private static BytesPerSecond? Bandwidth(Course course, WorkingSet set)
    {
        var (no, yes) = (1.0, BandwidthFactorMax);
        if (!IsEnough(yes))
            return null;
        for (var halving = 0; halving < HalvingsMax; halving++)
        {
            var middle = Math.Sqrt(no * yes);
            (no, yes) = IsEnough(middle) ? (no, middle) : (middle, yes);
        }

        return new BytesPerSecond((long)(yes * course.Rate));

        bool IsEnough(double factor) => PreCopy.Run(course with { Rate = course.Rate * factor, RateNow = course.RateNow * factor }, set).Ends;
    }

    private static string Bar(PlanState plan, PolicyActionKind kind) => (kind, Permissions.Permit(plan, kind)) switch
    {
        (_, true) => "",
        _ when Permissions.IsRefused(plan, kind) => "refused by the host",
        (PolicyActionKind.PostCopy, _) when plan is { Policy.Permits.PostCopy: true, Subject: { Allow.PostCopy: true, IsPostCopyArmed: false } } =>
            "not armed at the start",
        _ when IsPermitted(plan.Policy.Permits, kind) => "not allowed for this machine",
        _ => "not permitted by the policy",
    };

    private static bool IsPermitted(PolicyPermissions permits, PolicyActionKind kind) => kind switch
    {
        PolicyActionKind.Throttle => permits.Throttle,
        PolicyActionKind.PostCopy => permits.PostCopy,
        _ => permits.Pause,
    };
}
