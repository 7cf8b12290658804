using Mesh.Hypervisor;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>Where QEMU's auto-converge stands, and what it will do to the VM.</summary>
/// <param name="Initial">Its first step, in percent.</param>
/// <param name="Increment">Each further step, in percent.</param>
/// <param name="Overrun">How many such passes there were.</param>
/// <param name="OverrunBefore">How many of them the machine's present speed has in it.</param>
internal sealed record AutoConvergeModel(int Initial, int Increment, long Overrun, long OverrunBefore)
{
    /// <summary>How fast the machine runs, against how it runs now.</summary>
    public double Speed => (1 - Throttle(Overrun) / 100.0) / (1 - Throttle(OverrunBefore) / 100.0);

    /// <summary>How much the machine is slowed down, in percent.</summary>
    public double ThrottlePercent => Throttle(Overrun);

    /// <summary>The ladder of a plan where it stands after so many such passes; null if QEMU's auto-converge is off.</summary>
    public static AutoConvergeModel? FromPlan(PlanState plan, long overrun) => plan.Policy.Start is { AutoConverge: true } start && EffectivePermissions.ForPlan(plan).Throttle
        ? new AutoConvergeModel(start.AutoConvergeInitial?.Value ?? QemuAutoConverge.InitialPercent, start.AutoConvergeIncrement?.Value ?? QemuAutoConverge.IncrementPercent, overrun, overrun)
        : null;

    /// <summary>The ladder after one more pass.</summary>
    /// <param name="dirtied">What it left written anew.</param>
    /// <param name="sent">What it sent.</param>
    public AutoConvergeModel AfterPass(double dirtied, double sent) =>
        QemuAutoConverge.IsOverrun(dirtied, sent) && Throttle(Overrun) < QemuAutoConverge.MaxPercent ? this with { Overrun = Overrun + 1 } : this;

    private double Throttle(long overrun) => QemuAutoConverge.ThrottleAfter(overrun, Initial, Increment);
}
