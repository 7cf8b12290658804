using Mesh.Policy.Estimating;
using Mesh.Policy.Model;

namespace Mesh.Policy.Adapting;

/// <summary>Raises the downtime limit within the budget. The machine feels nothing of it before the switch-over.</summary>
internal static class DowntimeMitigation
{
    private static readonly double[] Limits = [0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10];

    // A second of downtime is worth so many of copying.
    private const double DowntimeWeight = 20;

    // A change must be better by this much to be worth it.
    private const double Gain = 0.9;

    // What a pass begins with differs a little from one to the next.
    private const double TroughMargin = 1.05;

    /// <summary>Lowers a limit that is above the budget, which is no matter of convergence; null if it is not.</summary>
    public static PlannedAction? LowerToBudget(PlanState plan, TimeSpan at)
    {
        var (limit, budget) = (PlanAnalysis.MaxDowntime(plan), PlanAnalysis.DowntimeBudget(plan));
        return limit > budget
            ? Set(at, budget.TotalSeconds, $"the limit of {ReasonFormat.Duration(limit)} is above the machine's downtime budget of {ReasonFormat.Duration(budget)}")
            : null;
    }

    /// <summary>The cheapest limit with which it ends in time; null if the present one is, or none does.</summary>
    public static PlannedAction? RaiseToConverge(ConvergenceOutlook now, PreCopyPrediction present)
    {
        var best = Higher(now).Select(limit => (Limit: limit, Outlook: now.PredictWithLimit(limit, now.AssumedWorkingSet)))
            .Where(choice => now.IsInTime(choice.Outlook))
            .OrderBy(choice => Cost(choice.Outlook)).FirstOrDefault();
        if (best.Outlook is null || (now.IsInTime(present) && Cost(best.Outlook) > Gain * Cost(present)))
            return null;
        var otherwise = present.Converges
            ? $"with {EstimateFormat.Duration(now.Input.MaxDowntime)} it takes another {EstimateFormat.Duration(present.Seconds)}"
            : $"with {EstimateFormat.Duration(now.Input.MaxDowntime)} it does not converge";
        return Set(now.At, best.Limit, $"{otherwise}; with {ReasonFormat.Duration(TimeSpan.FromSeconds(best.Limit))}, within the budget of "
            + $"{EstimateFormat.Duration(now.Budget)}, it ends in about {EstimateFormat.Duration(best.Outlook.Seconds)} with {EstimateFormat.Duration(best.Outlook.Downtime)} of downtime");
    }

    /// <summary>The least limit that the next trough meets, if it is like the last one.</summary>
    /// <param name="now">The look.</param>
    /// <param name="action">What to do for it; null if the present limit will do.</param>
    public static bool TryRaiseToTrough(ConvergenceOutlook now, out PlannedAction? action)
    {
        action = null;
        if (now.Trough is not { } trough || TroughMargin * trough > now.Budget || TroughMargin * trough > now.Pending)
            return false;
        if (Higher(now).Where(limit => limit >= TroughMargin * trough).Take(1).ToList() is [var limit] && TroughMargin * trough > now.Input.MaxDowntime)
            action = Set(now.At, limit, $"it does not converge, but less than {EstimateFormat.Duration(trough)} of data remained a moment ago: "
                + $"{ReasonFormat.Duration(TimeSpan.FromSeconds(limit))}, within the budget of {EstimateFormat.Duration(now.Budget)}, will do for the next such moment");
        return true;
    }

    /// <summary>The whole budget, because nothing less will do; null if that is set.</summary>
    public static PlannedAction? RaiseToBudget(ConvergenceOutlook now) => now.Input.MaxDowntime < now.Budget
        ? Set(now.At, now.Budget, $"{EstimateFormat.Duration(now.Pending)} of data are pending, more than the budget of {EstimateFormat.Duration(now.Budget)} allows: "
            + "all of it is used, so that any calmer moment ends it")
        : null;

    private static IEnumerable<double> Higher(ConvergenceOutlook now) =>
        Limits.Where(limit => limit < now.Budget).Append(now.Budget).Where(limit => limit > now.Input.MaxDowntime);

    private static double Cost(PreCopyPrediction prediction) => prediction.Seconds + DowntimeWeight * prediction.Downtime;

    private static PlannedAction Set(TimeSpan at, double limit, string reason) =>
        PlannedAction.SetMaxDowntime(at, TimeRounding.ToMilliseconds(TimeSpan.FromSeconds(limit)), reason);
}
