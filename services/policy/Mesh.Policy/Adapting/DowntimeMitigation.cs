using Mesh.Policy.Estimating;
using Mesh.Policy.Model;

namespace Mesh.Policy.Adapting;

/// <summary>Raises the maximum downtime within the budget. The guest notices nothing before the switchover.</summary>
internal static class DowntimeMitigation
{
    private static readonly double[] Limits = [0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10];

    // One second of downtime counts as much as this many seconds of copying.
    private const double DowntimeWeight = 20;

    // A change must reduce the cost to this part of it to be worthwhile.
    private const double Gain = 0.9;

    // What passes begin with varies a little.
    private const double TroughMargin = 1.05;

    /// <summary>Lowers a maximum downtime that is above the budget, whether or not the migration converges; null if it is not above.</summary>
    public static PlannedAction? LowerToBudget(PlanState plan, TimeSpan at)
    {
        var (limit, budget) = (PlanAnalysis.MaxDowntime(plan), PlanAnalysis.DowntimeBudget(plan));
        return limit > budget
            ? Set(at, budget.TotalSeconds, $"maximum downtime {ReasonFormat.Duration(limit)} exceeds the VM's downtime budget of {ReasonFormat.Duration(budget)}")
            : null;
    }

    /// <summary>Sets the cheapest maximum downtime with which the migration ends in time; null if that is the current one, or if there is none.</summary>
    public static PlannedAction? RaiseToConverge(ConvergenceOutlook outlook, PreCopyPrediction present)
    {
        var best = Higher(outlook).Select(limit => (Limit: limit, Outlook: outlook.PredictWithLimit(limit, outlook.AssumedWorkingSet)))
            .Where(choice => outlook.IsInTime(choice.Outlook))
            .OrderBy(choice => Cost(choice.Outlook)).FirstOrDefault();
        if (best.Outlook is null || (outlook.IsInTime(present) && Cost(best.Outlook) > Gain * Cost(present)))
            return null;
        var otherwise = present.Converges
            ? $"takes another {EstimateFormat.Duration(present.Seconds)} with a maximum downtime of {EstimateFormat.Duration(outlook.Input.MaxDowntime)}"
            : $"does not converge with a maximum downtime of {EstimateFormat.Duration(outlook.Input.MaxDowntime)}";
        return Set(
            outlook.At, best.Limit,
            $"{otherwise}; with {ReasonFormat.Duration(TimeSpan.FromSeconds(best.Limit))}, within the budget of {EstimateFormat.Duration(outlook.Budget)}, "
            + $"it ends in about {EstimateFormat.Duration(best.Outlook.Seconds)} with {EstimateFormat.Duration(best.Outlook.Downtime)} of downtime");
    }

    /// <summary>Sets the lowest maximum downtime that suffices if the pending data falls as low again as it recently did.</summary>
    /// <param name="outlook">The outlook.</param>
    /// <param name="action">The action; null if the current maximum downtime suffices.</param>
    public static bool TryRaiseToTrough(ConvergenceOutlook outlook, out PlannedAction? action)
    {
        action = null;
        if (outlook.Trough is not { } trough || TroughMargin * trough > outlook.Budget || TroughMargin * trough > outlook.Pending)
            return false;
        if (Higher(outlook).Where(limit => limit >= TroughMargin * trough).Take(1).ToList() is [var limit] && TroughMargin * trough > outlook.Input.MaxDowntime)
            action = Set(outlook.At, limit, $"does not converge, but the pending data recently fell below {EstimateFormat.Duration(trough)}; "
                + $"{ReasonFormat.Duration(TimeSpan.FromSeconds(limit))}, within the budget of {EstimateFormat.Duration(outlook.Budget)}, suffices when it does so again");
        return true;
    }

    /// <summary>Sets the whole budget, because nothing less suffices; null if it is set already.</summary>
    public static PlannedAction? RaiseToBudget(ConvergenceOutlook outlook) => outlook.Input.MaxDowntime < outlook.Budget
        ? Set(outlook.At, outlook.Budget, $"{EstimateFormat.Duration(outlook.Pending)} of data pending exceeds the budget of {EstimateFormat.Duration(outlook.Budget)}: "
            + "using the whole budget so that the migration ends as soon as the guest writes less")
        : null;

    private static IEnumerable<double> Higher(ConvergenceOutlook outlook) =>
        Limits.Where(limit => limit < outlook.Budget).Append(outlook.Budget).Where(limit => limit > outlook.Input.MaxDowntime);

    private static double Cost(PreCopyPrediction prediction) => prediction.Seconds + DowntimeWeight * prediction.Downtime;

    private static PlannedAction Set(TimeSpan at, double limit, string reason) =>
        PlannedAction.SetMaxDowntime(at, TimeRounding.ToMilliseconds(TimeSpan.FromSeconds(limit)), reason);
}
