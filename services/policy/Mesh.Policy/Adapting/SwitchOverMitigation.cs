using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Adapting;

/// <summary>Stops the VM on the source before everything is copied, where nothing milder suffices, at a moment when little is pending.</summary>
internal static class SwitchOverMitigation
{
    private const double PauseBudgetFactor = 10;
    private const double PauseBudgetMin = 10;

    /// <summary>Switches to post-copy; null if that is not permitted, or the moment is not good.</summary>
    public static PlannedAction? PostCopy(ConvergenceOutlook outlook)
    {
        // With time running out, waiting for a better moment would leave no time for the rest of the copy.
        var isUrgent = outlook.TimeLeft < 2 * outlook.Pending;
        return outlook.Permits.PostCopy && (outlook.IsTrough || isUrgent)
            ? PlannedAction.StartPostCopy(outlook.At, $"{DescribeMoment(outlook)}, pulled in about {EstimateFormat.Duration(outlook.Pending)}")
            : null;
    }

    /// <summary>Suspends the VM for the rest of the copy; null if that is not permitted, takes too long, or the moment is not good.</summary>
    public static PlannedAction? Suspend(ConvergenceOutlook outlook) =>
        outlook.Permits.Suspend && outlook.IsTrough && outlook.Pending <= PauseBudget(outlook) && outlook.Pending <= outlook.TimeLeft
            ? PlannedAction.Suspend(outlook.At, $"{DescribeMoment(outlook)}; suspending the VM ends it in about {EstimateFormat.Duration(outlook.Pending)}")
            : null;

    /// <summary>Whether either may still be applied.</summary>
    /// <param name="outlook">The outlook.</param>
    /// <param name="best">The least that may be pending at a better moment, in seconds of transfer.</param>
    public static bool IsAvailable(ConvergenceOutlook outlook, double best) => outlook.Permits.PostCopy || (outlook.Permits.Suspend && best <= PauseBudget(outlook));

    // A VM that may be suspended at all tolerates more than its budget for a live switchover.
    private static double PauseBudget(ConvergenceOutlook outlook) => Math.Max(PauseBudgetFactor * outlook.Budget, PauseBudgetMin);

    private static string DescribeMoment(ConvergenceOutlook outlook) =>
        $"no milder permitted action ends it within the budget of {EstimateFormat.Duration(outlook.Budget)}; "
        + (outlook.IsTrough ? "good moment" : "time is running out") + $" with {new Bytes((long)(outlook.Pending * outlook.Input.Rate))} pending";
}
