using Mesh.Contracts.Values;

namespace Mesh.Hypervisor;

/// <summary>QEMU's auto-converge: each second pass that dirtied more than half of what it sent raises the vCPU throttle.</summary>
public static class QemuAutoConverge
{
    /// <summary>The first step in percent, unless the migration sets another (<c>cpu-throttle-initial</c>).</summary>
    public const int InitialPercent = 20;

    /// <summary>Each further step in percent, unless the migration sets another (<c>cpu-throttle-increment</c>).</summary>
    public const int IncrementPercent = 10;

    /// <summary>The lowest step that QEMU accepts, in percent.</summary>
    public const int MinPercent = 1;

    /// <summary>The highest throttle in percent (<c>max-cpu-throttle</c>).</summary>
    public const int MaxPercent = 99;

    /// <summary>How many overrun passes make a step.</summary>
    public const int OverrunsPerStep = 2;

    /// <summary>Whether a pass counts toward the next step.</summary>
    /// <param name="dirtied">Bytes dirtied during the pass.</param>
    /// <param name="sent">Bytes sent during the pass.</param>
    public static bool IsOverrun(double dirtied, double sent) => dirtied > sent / 2;

    /// <summary>The throttle in percent after so many overrun passes.</summary>
    /// <param name="overruns">Overrun passes since the start.</param>
    /// <param name="initial">The first step in percent.</param>
    /// <param name="increment">Each further step in percent.</param>
    public static long ThrottleAfter(long overruns, int initial = InitialPercent, int increment = IncrementPercent) =>
        overruns < OverrunsPerStep ? 0 : Math.Min(MaxPercent, initial + (overruns / OverrunsPerStep - 1) * increment);

    /// <summary>The throttle one step above another, with QEMU's default steps; the same at the maximum.</summary>
    /// <param name="throttle">The throttle now; null for none.</param>
    public static Percent NextStep(Percent? throttle) =>
        throttle is { Value: > 0 } now ? new Percent(Math.Min(MaxPercent, now.Value + IncrementPercent)) : new Percent(InitialPercent);
}
