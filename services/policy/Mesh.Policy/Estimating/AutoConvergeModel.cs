using Mesh.Hypervisor;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>The current step of QEMU's auto-converge, and its further steps.</summary>
/// <param name="Initial">The first throttle, in percent.</param>
/// <param name="Increment">What each further step adds, in percent.</param>
/// <param name="Overrun">The number of such passes.</param>
/// <param name="OverrunBefore">The number of them that the guest's current speed includes.</param>
internal sealed record AutoConvergeModel(int Initial, int Increment, long Overrun, long OverrunBefore)
{
    /// <summary>The guest's speed relative to its current speed.</summary>
    public double Speed => (1 - Throttle(Overrun) / 100.0) / (1 - Throttle(OverrunBefore) / 100.0);

    /// <summary>The throttle, in percent.</summary>
    public double ThrottlePercent => Throttle(Overrun);

    /// <summary>Auto-converge after a number of such passes; null if it is off.</summary>
    public static AutoConvergeModel? FromPlan(PlanState plan, long overrun) => plan.Policy.Start is { AutoConverge: true } start && EffectivePermissions.ForPlan(plan).Throttle
        ? new AutoConvergeModel(start.AutoConvergeInitial?.Value ?? QemuAutoConverge.InitialPercent, start.AutoConvergeIncrement?.Value ?? QemuAutoConverge.IncrementPercent, overrun, overrun)
        : null;

    /// <summary>Auto-converge after one more pass.</summary>
    /// <param name="dirtied">What the guest dirtied in it.</param>
    /// <param name="sent">What it sent.</param>
    public AutoConvergeModel AfterPass(double dirtied, double sent) =>
        QemuAutoConverge.IsOverrun(dirtied, sent) && Throttle(Overrun) < QemuAutoConverge.MaxPercent ? this with { Overrun = Overrun + 1 } : this;

    private double Throttle(long overrun) => QemuAutoConverge.ThrottleAfter(overrun, Initial, Increment);
}
