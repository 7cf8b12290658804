using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>QEMU's auto-converge: every second pass that dirtied more than half of what it sent slows the machine down further.</summary>
/// <param name="Initial">Its first step, in percent.</param>
/// <param name="Increment">Each further step, in percent.</param>
/// <param name="Overrun">How many such passes there were.</param>
/// <param name="OverrunBefore">How many of them the machine's present speed has in it.</param>
internal sealed record AutoConvergeModel(int Initial, int Increment, long Overrun, long OverrunBefore)
{
    private const int ThrottleMax = 99;

    /// <summary>How fast the machine runs, against how it runs now.</summary>
    public double Speed => (1 - Throttle(Overrun) / 100.0) / (1 - Throttle(OverrunBefore) / 100.0);

    /// <summary>How much the machine is slowed down, in percent.</summary>
    public double ThrottlePercent => Throttle(Overrun);

    /// <summary>The ladder of a plan where it stands after so many such passes; null if QEMU's auto-converge is off.</summary>
    public static AutoConvergeModel? FromPlan(PlanState plan, long overrun) => plan.Policy.Start is { AutoConverge: true } start && EffectivePermissions.ForPlan(plan).Throttle
        ? new AutoConvergeModel(start.AutoConvergeInitial?.Value ?? 20, start.AutoConvergeIncrement?.Value ?? 10, overrun, overrun)
        : null;

    /// <summary>The ladder after one more pass.</summary>
    /// <param name="dirtied">What it left written anew.</param>
    /// <param name="sent">What it sent.</param>
    public AutoConvergeModel AfterPass(double dirtied, double sent) =>
        dirtied > sent / 2 && Throttle(Overrun) < ThrottleMax ? this with { Overrun = Overrun + 1 } : this;

    private double Throttle(long overrun) => overrun < 2 ? 0 : Math.Min(ThrottleMax, Initial + (overrun / 2 - 1) * Increment);
}
