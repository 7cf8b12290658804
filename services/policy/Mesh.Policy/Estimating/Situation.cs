using Mesh.Contracts.Values;
using Mesh.Policy.Rules;

namespace Mesh.Policy.Estimating;

/// <summary>What a plan's predictions begin with.</summary>
internal static class Situation
{
    private const double ClearlyLess = 0.95;
    private const double Slow = 0.5;

    /// <summary>The migration as it goes on with its present parameters; null before anything went out, or before memory is copied.</summary>
    public static Course? Of(PlanState plan)
    {
        var seen = plan.Estimator;
        if (seen is not { Bandwidth.Count: > 0, Pass: { } pass, Last: { } last })
            return null;
        var bandwidth = Bandwidth(plan);
        return new Course
        {
            Memory = Math.Max(last.Total.Count, 1),
            Pending = Math.Max(pass.Pending.Count, last.Remaining.Count),
            Remaining = last.Remaining.Count,
            GuestSeconds = pass.GuestTime.TotalSeconds,
            RateNow = bandwidth / (pass.Iteration == 1 ? seen.FirstWireFactor : seen.WireFactor),
            Rate = bandwidth / seen.WireFactor,
            Limit = Downtime(plan).TotalSeconds,
            Speed = plan.Knobs.IsSuspended || last.Status is PlanStatus.Paused ? 0 : Speed(plan.Knobs.Throttle),
            Ladder = Ladder.Of(plan, seen.PassesOverrun),
        };
    }

    /// <summary>The rate that the link usually gives, if it now gives less than half of that; null otherwise.</summary>
    public static BytesPerSecond? UsualIfSlow(PlanState plan)
    {
        // A link is not slow because somebody has limited what goes over it.
        var usual = Math.Min(plan.Estimator.UsualBandwidth.Count, plan.Knobs.Bandwidth?.Count ?? long.MaxValue);
        return plan.Estimator.Bandwidth?.Count < Slow * usual ? new BytesPerSecond(usual) : null;
    }

    /// <summary>The downtime limit that counts.</summary>
    public static TimeSpan Downtime(PlanState plan) => plan.Knobs.Downtime ?? SwitchOver.UsualDowntime;

    /// <summary>The downtime that the machine bears.</summary>
    public static TimeSpan Budget(PlanState plan) => plan.Subject.DowntimeBudget ?? plan.Policy.DowntimeBudget ?? SwitchOver.UsualDowntime;

    /// <summary>How fast a machine runs that is slowed down so much: 1 if it is not.</summary>
    public static double Speed(Percent? throttle) => 1 - (throttle?.Value ?? 0) / 100.0;

    /// <summary>
    /// The working set to believe in; null before a pass has ended. While every pass finds clearly less written anew than the one before,
    /// that goes on: how low it leads cannot be seen from above.
    /// </summary>
    public static WorkingSet? Believed(PlanState plan, Course course) =>
        plan.Estimator is { WorkingSet: { } set } seen && IsShrinking(seen) && PreCopy.Run(course, set.Slowest).Ends
            ? set.Slowest
            : plan.Estimator.WorkingSet?.Likely;

    /// <summary>Whether every pass finds clearly less written anew than the one before.</summary>
    public static bool IsShrinking(EstimatorState seen) =>
        seen.Passes is [.., var third, var second, var newest] && IsLess(second, third) && IsLess(newest, second);

    /// <summary>What a switch-over now would have to send, in bytes of memory: what remains, and what was written anew in this pass.</summary>
    public static double Pending(Course course, WorkingSet set) => Math.Min(
        course.Memory, course.Remaining + set.LeftDirty(course.GuestSeconds, course.Memory, course.Pending, course.Pending - course.Remaining));

    private static bool IsLess(EndedPass pass, EndedPass before) => pass.Dirtied.Count < ClearlyLess * before.Dirtied.Count;

    // A limit that was lowered shows in the smoothed rate only after a while.
    private static double Bandwidth(PlanState plan) =>
        Math.Max(1, Math.Min(plan.Estimator.Bandwidth!.Value.Count, plan.Knobs.Bandwidth?.Count ?? long.MaxValue));
}
