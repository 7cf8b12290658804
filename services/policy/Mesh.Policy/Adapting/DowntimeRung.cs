using Mesh.Contracts.Policies;
using Mesh.Policy.Estimating;
using Mesh.Policy.Rules;

namespace Mesh.Policy.Adapting;

/// <summary>Raises the downtime limit within the budget. The machine feels nothing of it before the switch-over.</summary>
internal static class DowntimeRung
{
    private static readonly double[] Limits = [0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10];

    // A second of downtime is worth so many of copying.
    private const double DowntimeWeight = 20;

    // A change must be better by this much to be worth it.
    private const double Gain = 0.9;

    // What a pass begins with differs a little from one to the next.
    private const double TroughMargin = 1.05;

    /// <summary>Lowers a limit that is above the budget, which is no matter of convergence; null if it is not.</summary>
    public static PlannedAction? BackToBudget(PlanState plan, TimeSpan at)
    {
        var (limit, budget) = (Situation.Downtime(plan), Situation.Budget(plan));
        return limit > budget
            ? Set(at, budget.TotalSeconds, $"the limit of {Words.Of(limit)} is above the machine's downtime budget of {Words.Of(budget)}")
            : null;
    }

    /// <summary>The cheapest limit with which it ends in time; null if the present one is, or none does.</summary>
    public static PlannedAction? EndInTime(Prospect now, Outlook present)
    {
        var best = Higher(now).Select(limit => (Limit: limit, Outlook: now.With(limit, now.Believed)))
            .Where(choice => now.IsInTime(choice.Outlook))
            .OrderBy(choice => Cost(choice.Outlook)).FirstOrDefault();
        if (best.Outlook is null || (now.IsInTime(present) && Cost(best.Outlook) > Gain * Cost(present)))
            return null;
        var otherwise = present.Ends
            ? $"with {About.Of(now.Course.Limit)} it takes another {About.Of(present.Seconds)}"
            : $"with {About.Of(now.Course.Limit)} it does not converge";
        return Set(now.At, best.Limit, $"{otherwise}; with {Words.Of(TimeSpan.FromSeconds(best.Limit))}, within the budget of "
            + $"{About.Of(now.Budget)}, it ends in about {About.Of(best.Outlook.Seconds)} with {About.Of(best.Outlook.Downtime)} of downtime");
    }

    /// <summary>The least limit that the next trough meets, if it is like the last one.</summary>
    /// <param name="now">The look.</param>
    /// <param name="action">What to do for it; null if the present limit will do.</param>
    public static bool IsMetAtTrough(Prospect now, out PlannedAction? action)
    {
        action = null;
        if (now.Trough is not { } trough || TroughMargin * trough > now.Budget || TroughMargin * trough > now.Pending)
            return false;
        if (Higher(now).Where(limit => limit >= TroughMargin * trough).Take(1).ToList() is [var limit] && TroughMargin * trough > now.Course.Limit)
            action = Set(now.At, limit, $"it does not converge, but less than {About.Of(trough)} of data remained a moment ago: "
                + $"{Words.Of(TimeSpan.FromSeconds(limit))}, within the budget of {About.Of(now.Budget)}, will do for the next such moment");
        return true;
    }

    /// <summary>The whole budget, because nothing less will do; null if that is set.</summary>
    public static PlannedAction? WholeBudget(Prospect now) => now.Course.Limit < now.Budget
        ? Set(now.At, now.Budget, $"{About.Of(now.Pending)} of data are pending, more than the budget of {About.Of(now.Budget)} allows: "
            + "all of it is used, so that any calmer moment ends it")
        : null;

    private static IEnumerable<double> Higher(Prospect now) =>
        Limits.Where(limit => limit < now.Budget).Append(now.Budget).Where(limit => limit > now.Course.Limit);

    private static double Cost(Outlook outlook) => outlook.Seconds + DowntimeWeight * outlook.Downtime;

    private static PlannedAction Set(TimeSpan at, double limit, string reason) =>
        new(at, PolicyActionKind.SetDowntime, reason) { Downtime = Moment.Of(TimeSpan.FromSeconds(limit)) };
}
