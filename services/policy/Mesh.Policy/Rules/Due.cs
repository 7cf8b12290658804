namespace Mesh.Policy.Rules;

/// <summary>When time alone decides something.</summary>
internal static class Due
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>The first whole millisecond at which something is due, later than anything that was told; null if nothing will be.</summary>
    public static TimeSpan? Next(PlanState plan)
    {
        if (plan.IsOver)
            return null;
        TimeSpan?[] limits = [LastResort.Due(plan), StallActions.Due(plan), Limits.SwitchOverUntil(plan), OfStep(plan)];
        return limits.Min() is { } limit ? Moment.Later(Moment.Of(limit), plan.At) + Tick : null;
    }

    private static TimeSpan? OfStep(PlanState plan) =>
        !plan.Knobs.IsPostCopy && Steps.Head(plan) is { When: var when } && Triggers.AreOfTimeAlone(when) ? Triggers.Elapsed(plan, when) : null;
}
