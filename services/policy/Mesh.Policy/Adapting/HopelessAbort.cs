using Mesh.Policy.Estimating;
using Mesh.Policy.Model;

namespace Mesh.Policy.Adapting;

/// <summary>Gives a migration up that nothing permitted will end: going on would only load the link until the completion timeout.</summary>
internal static class HopelessAbort
{
    private const double HopelessFactor = 3;

    /// <summary>
    /// Whether it is hopeless now: far above the budget, or slowed down in vain, which no machine is to bear until the completion timeout.
    /// </summary>
    /// <param name="now">The look.</param>
    /// <param name="best">The least that may be pending at a better moment with everything that is permitted, in seconds.</param>
    public static bool IsHopeless(ConvergenceOutlook now, double best) =>
        (IsFarAbove(now, best) || now.Plan.Tuning.Throttle is not null) && !SwitchOverMitigation.IsAvailable(now, best);

    /// <summary>Aborts what has been hopeless for long enough, unless less is left by every pass: how low that leads cannot be seen.</summary>
    public static PlannedAction? Choose(ConvergenceOutlook now, TimeSpan hopelessSince, double best) =>
        now.At - hopelessSince >= now.Rule.NonConvergenceTimeout && !now.IsShrinking
            ? PlannedAction.Abort(
                now.At,
                $"hopeless for {EstimateFormat.Duration(now.At - hopelessSince)}: {DescribeCause(now, best)}, and nothing else that is permitted would help")
            : null;

    private static string DescribeCause(ConvergenceOutlook now, double best) => IsFarAbove(now, best)
        ? $"at best {EstimateFormat.Duration(best)} of data remain, more than {HopelessFactor:0} times the budget of {EstimateFormat.Duration(now.Budget)}"
        : $"slowed down by {now.Plan.Tuning.Throttle} it does not end within the budget of {EstimateFormat.Duration(now.Budget)} either";

    private static bool IsFarAbove(ConvergenceOutlook now, double best) => best > HopelessFactor * now.Budget;
}
