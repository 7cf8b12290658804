using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>QEMU's auto-converge: every second pass that dirtied more than half of what it sent raises the throttle.</summary>
/// <param name="Initial">The first throttle, in percent.</param>
/// <param name="Increment">What each further step adds, in percent.</param>
/// <param name="Overrun">The number of such passes.</param>
/// <param name="OverrunBefore">The number of them that the guest's current speed includes.</param>
internal sealed record AutoConvergeModel(int Initial, int Increment, long Overrun, long OverrunBefore)
{
    private const int ThrottleMax = 99;

    /// <summary>The guest's speed relative to its current speed.</summary>
    public double Speed => (1 - Throttle(Overrun) / 100.0) / (1 - Throttle(OverrunBefore) / 100.0);

    /// <summary>The throttle, in percent.</summary>
    public double ThrottlePercent => Throttle(Overrun);

    /// <summary>Auto-converge after a number of such passes; null if it is off.</summary>
    public static AutoConvergeModel? FromPlan(PlanState plan, long overrun) => plan.Policy.Start is { AutoConverge: true } start && EffectivePermissions.ForPlan(plan).Throttle
        ? new AutoConvergeModel(start.AutoConvergeInitial?.Value ?? 20, start.AutoConvergeIncrement?.Value ?? 10, overrun, overrun)
        : null;

    /// <summary>Auto-converge after one more pass.</summary>
    /// <param name="dirtied">What the guest dirtied in it.</param>
    /// <param name="sent">What it sent.</param>
    public AutoConvergeModel AfterPass(double dirtied, double sent) =>
        dirtied > sent / 2 && Throttle(Overrun) < ThrottleMax ? this with { Overrun = Overrun + 1 } : this;

    private double Throttle(long overrun) => overrun < 2 ? 0 : Math.Min(ThrottleMax, Initial + (overrun / 2 - 1) * Increment);
}
