using Mesh.Contracts.Values;
using Mesh.Policy.Estimating;
using Mesh.Policy.Model;

namespace Mesh.Policy.Adapting;

/// <summary>Takes the machine off the source before everything is copied, where no less will do: at a moment when little is pending.</summary>
internal static class SwitchOverMitigation
{
    private const double PauseBudgetFactor = 10;
    private const double PauseBudgetMin = 10;

    /// <summary>Changes over to post-copy; null if that is not permitted, or the moment is not good.</summary>
    public static PlannedAction? PostCopy(ConvergenceOutlook now)
    {
        // With time running out, waiting for a better moment would leave none for what follows.
        var isUrgent = now.TimeLeft < 2 * now.Pending;
        return now.Permits.PostCopy && (now.IsTrough || isUrgent)
            ? PlannedAction.StartPostCopy(now.At, $"{DescribeMoment(now)}, which follow in about {EstimateFormat.Duration(now.Pending)}")
            : null;
    }

    /// <summary>Suspends the machine for the rest; null if that is not permitted, takes too long, or the moment is not good.</summary>
    public static PlannedAction? Suspend(ConvergenceOutlook now) =>
        now.Permits.Suspend && now.IsTrough && now.Pending <= PauseBudget(now)
            ? PlannedAction.Suspend(now.At, $"{DescribeMoment(now)}; suspended for about {EstimateFormat.Duration(now.Pending)} it is over")
            : null;

    /// <summary>Whether either may still come.</summary>
    /// <param name="now">The look.</param>
    /// <param name="best">The least that may be pending at a better moment, in seconds.</param>
    public static bool IsAvailable(ConvergenceOutlook now, double best) => now.Permits.PostCopy || (now.Permits.Suspend && best <= PauseBudget(now));

    // A machine that may be suspended at all bears more than its budget for a live switch-over.
    private static double PauseBudget(ConvergenceOutlook now) => Math.Max(PauseBudgetFactor * now.Budget, PauseBudgetMin);

    private static string DescribeMoment(ConvergenceOutlook now) =>
        $"nothing milder that is permitted ends it within the budget of {EstimateFormat.Duration(now.Budget)}; "
        + (now.IsTrough ? "the moment is good" : "time is running out") + $" with {new Bytes((long)(now.Pending * now.Input.Rate))} pending";
}
