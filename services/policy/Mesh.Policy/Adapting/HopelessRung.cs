using Mesh.Contracts.Policies;
using Mesh.Policy.Estimating;

namespace Mesh.Policy.Adapting;

/// <summary>Gives a migration up that nothing permitted will end: going on would only load the link until the completion timeout.</summary>
internal static class HopelessRung
{
    private const double HopelessFactor = 3;

    /// <summary>
    /// Whether it is hopeless now: far above the budget, or slowed down in vain, which no machine is to bear until the completion timeout.
    /// </summary>
    /// <param name="now">The look.</param>
    /// <param name="best">The least that may be pending at a better moment with everything that is permitted, in seconds.</param>
    public static bool IsHopeless(Prospect now, double best) =>
        (IsFarAbove(now, best) || now.Plan.Knobs.Throttle is not null) && !LeavingRungs.MayCome(now, best);

    /// <summary>Aborts what has been hopeless for long enough, unless less is left by every pass: how low that leads cannot be seen.</summary>
    public static PlannedAction? Choose(Prospect now, TimeSpan hopelessSince, double best) =>
        now.At - hopelessSince >= now.Rule.HopelessFor && !now.IsShrinking
            ? new PlannedAction(
                now.At, PolicyActionKind.Abort,
                $"hopeless for {About.Of(now.At - hopelessSince)}: {Because(now, best)}, and nothing else that is permitted would help")
            : null;

    private static string Because(Prospect now, double best) => IsFarAbove(now, best)
        ? $"at best {About.Of(best)} of data remain, more than {HopelessFactor:0} times the budget of {About.Of(now.Budget)}"
        : $"slowed down by {now.Plan.Knobs.Throttle} it does not end within the budget of {About.Of(now.Budget)} either";

    private static bool IsFarAbove(Prospect now, double best) => best > HopelessFactor * now.Budget;
}
