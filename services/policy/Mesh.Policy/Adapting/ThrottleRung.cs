using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Policy.Estimating;

namespace Mesh.Policy.Adapting;

/// <summary>
/// Slows the machine down, straight to what is predicted to suffice and never back before the switch-over: released, it would write
/// as before.
/// </summary>
internal static class ThrottleRung
{
    private static readonly int[] Steps = [20, 35, 50, 65, 80, 90, 95];

    // So many passes show whether the last step has helped.
    private const int PassesToJudge = 2;

    /// <summary>Whether it is still to be seen what the last step does.</summary>
    public static bool IsBeingJudged(Prospect now, AdaptiveState state) =>
        now.Plan.Knobs.Throttle is not null && now.Plan.Estimator.PassesSeen < state.ThrottledAfterPasses + PassesToJudge;

    /// <summary>The least further slowing down that may suffice; null if none does.</summary>
    public static PlannedAction? Choose(Prospect now)
    {
        if (!now.Permits.Throttle)
            return null;

        // Where something stronger may follow it must be likely to help; where this is the last that may, it is tried and the next passes tell.
        var set = LeavingRungs.MayCome(now, now.Pending) ? now.Set.Likely : now.Set.Slowest;
        foreach (var percent in Steps.Where(step => step < now.Rule.ThrottleMax.Value).Append(now.Rule.ThrottleMax.Value))
        {
            var speed = Situation.Speed(new Percent(percent));
            if (speed >= now.Course.Speed)
                continue;
            var outlook = PreCopy.Run(now.Course with { Limit = now.Budget, Speed = speed }, set);
            if (now.IsInTime(outlook))
                return new PlannedAction(now.At, PolicyActionKind.Throttle, Reason(now, percent, outlook)) { Throttle = new Percent(percent) };
        }

        return null;
    }

    private static string Reason(Prospect now, int percent, Outlook outlook) =>
        (now.Plan.Knobs.Throttle is { } before ? $"slowed down by {before} it still does not end" : "it does not end")
        + $" within the budget of {About.Of(now.Budget)}, {About.Of(now.Pending)} of data are pending; "
        + $"slowed down by {percent} % it may end in about {About.Of(outlook.Seconds)} with {About.Of(outlook.Downtime)} of downtime";
}
