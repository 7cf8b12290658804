using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>Keeps what samples tell of the passes over memory.</summary>
internal static class PassHistory
{
    private const int PassesMax = 24;

    private const double WireFactorMin = 0.002;

    /// <summary>The state with what a sample tells of the passes.</summary>
    public static EstimatorState Observe(EstimatorState seen, CopySample sample, TuningParameters tuning)
    {
        if (seen is not { CurrentPass: { } pass, LastSample: { } last })
            return seen with { CurrentPass = StartPass(seen.LastSample, sample) };
        var speed = sample.Status is CopyStatus.Paused || tuning.IsSuspended ? 0 : PlanAnalysis.GuestSpeed(tuning.Throttle);
        if (sample.Iteration == pass.Iteration)
            return UpdateWireFactors(seen, last, sample) with { CurrentPass = pass with { GuestTime = pass.GuestTime + TimeRounding.ToMilliseconds((sample.At - last.At) * speed) } };

        var change = PassChange.FromSamples(seen, sample, tuning.MaxDowntime ?? QemuLimits.DefaultMaxDowntime, speed);
        var next = seen with
        {
            CurrentPass = change.Started,
            LowPassStarts = Estimator.AddLowPoint(seen.LowPassStarts, change.Started.StartedAt, change.Started.Pending),
        };
        next = pass.IsWhole ? AddPass(next, change.Completed, 1) : next;
        return change.Between is { } between ? AddPass(next, between, sample.Iteration - pass.Iteration - 1) : next;
    }

    private static RunningPass StartPass(CopySample? last, CopySample sample)
    {
        // Of a pass that is seen first in its middle nothing can be told.
        if (sample.Iteration > 1)
            return new RunningPass(sample.Iteration, sample.At, sample.Remaining, TimeSpan.Zero, IsWhole: false);

        // The first pass begins with all memory, which after the disks is what remains when it is first seen.
        var startedAt = last?.At ?? TimeSpan.Zero;
        return new RunningPass(1, startedAt, last is null ? sample.Total : sample.Remaining, sample.At - startedAt, IsWhole: true);
    }

    private static EstimatorState UpdateWireFactors(EstimatorState seen, CopySample last, CopySample sample)
    {
        if (sample.Iteration == 1)
            return seen with { FirstWireFactor = WireFactor(sample.Transferred, sample.Total - sample.Remaining) ?? seen.FirstWireFactor };

        // Single samples jitter; what compression gives changes slowly.
        return WireFactor(sample.Transferred - last.Transferred, last.Remaining - sample.Remaining) is { } factor
            ? seen with { WireFactor = 0.8 * seen.WireFactor + 0.2 * factor }
            : seen;
    }

    private static double? WireFactor(Bytes sent, Bytes drained) =>
        sent > Bytes.Zero && drained > Bytes.Zero ? Math.Clamp((double)sent.Count / drained.Count, WireFactorMin, 1) : null;

    private static EstimatorState AddPass(EstimatorState seen, CompletedPass ended, long count)
    {
        var isOverrun = ended.Iteration > 1 && QemuAutoConverge.IsOverrun(ended.Dirtied.Count, ended.Sent().Count);
        var next = seen with { PassCount = seen.PassCount + count, OverrunPassCount = seen.OverrunPassCount + (isOverrun ? count : 0) };

        // A machine that stands still, or a pass that was over at once, tells nothing of how it writes.
        if (ended.GuestTime <= TimeSpan.Zero || ended.Sent() <= Bytes.Zero)
            return next;
        IReadOnlyList<CompletedPass> passes = [.. seen.Passes.TakeLast(PassesMax - 1), ended];
        return next with { Passes = passes, WorkingSet = WorkingSetFit.Fit(passes, Math.Max(seen.LastSample!.Total.Count, 1)) };
    }
}
