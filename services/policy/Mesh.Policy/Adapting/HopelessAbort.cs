using Mesh.Policy.Model;

namespace Mesh.Policy.Adapting;

/// <summary>Aborts a migration that no permitted action can complete: going on would only load the link until the completion timeout.</summary>
internal static class HopelessAbort
{
    private const double HopelessFactor = 3;

    /// <summary>
    /// Whether the migration is hopeless: far above the budget, or throttled without effect, which no guest should suffer until the
    /// completion timeout.
    /// </summary>
    /// <param name="outlook">The outlook.</param>
    /// <param name="best">The least that may be pending at a better moment with every permitted action, in seconds of transfer.</param>
    public static bool IsHopeless(ConvergenceOutlook outlook, double best) =>
        (IsFarAbove(outlook, best) || outlook.Plan.Tuning.Throttle is not null) && !SwitchOverMitigation.IsAvailable(outlook, best);

    /// <summary>Aborts what has been hopeless for long enough, unless each pass leaves less than the one before: how low that leads is unknown.</summary>
    public static PlannedAction? Choose(ConvergenceOutlook outlook, TimeSpan hopelessSince, double best) =>
        outlook.At - hopelessSince >= outlook.Rule.NonConvergenceTimeout && !outlook.IsShrinking
            ? PlannedAction.Abort(
                outlook.At,
                $"hopeless for {EstimateFormat.Duration(outlook.At - hopelessSince)}: {DescribeCause(outlook, best)}, and no other permitted action would help")
            : null;

    private static string DescribeCause(ConvergenceOutlook outlook, double best) => IsFarAbove(outlook, best)
        ? $"at best {EstimateFormat.Duration(best)} of data remain, more than {HopelessFactor:0} times the budget of {EstimateFormat.Duration(outlook.Budget)}"
        : $"even throttled by {outlook.Plan.Tuning.Throttle} it does not end within the budget of {EstimateFormat.Duration(outlook.Budget)}";

    private static bool IsFarAbove(ConvergenceOutlook outlook, double best) => best > HopelessFactor * outlook.Budget;
}
