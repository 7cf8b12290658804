using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>Reconstructs passes over memory from samples.</summary>
internal static class PassHistory
{
    private const int PassesMax = 24;

    private const double WireFactorMin = 0.002;

    /// <summary>The state after a sample.</summary>
    public static EstimatorState Observe(EstimatorState state, CopyStatistics copy, TuningParameters tuning, bool isPaused)
    {
        if (state is not { CurrentPass: { } pass, LastSample: { } last })
            return state with { CurrentPass = StartPass(state.LastSample, copy) };
        var speed = isPaused || tuning.IsSuspended ? 0 : PlanAnalysis.GuestSpeed(tuning.Throttle);
        if (copy.Iteration == pass.Iteration)
        {
            var guestTime = pass.GuestTime + TimeRounding.ToMilliseconds((copy.Elapsed - last.At) * speed);
            return UpdateWireFactors(state, last, copy) with { CurrentPass = pass with { GuestTime = guestTime } };
        }

        var change = PassChange.FromSamples(state, copy, tuning.MaxDowntime ?? QemuLimits.DefaultMaxDowntime, speed);
        var next = state with
        {
            CurrentPass = change.Started,
            LowPassStarts = Estimator.AddLowPoint(state.LowPassStarts, change.Started.StartedAt, change.Started.Pending),
        };
        next = pass.IsWhole ? AddPass(next, change.Completed, 1) : next;
        return change.Between is { } between ? AddPass(next, between, copy.Iteration - pass.Iteration - 1) : next;
    }

    private static RunningPass StartPass(ObservedSample? last, CopyStatistics copy)
    {
        // Nothing is known of a pass that is first observed in its middle.
        if (copy.Iteration > 1)
            return new RunningPass(copy.Iteration, copy.Elapsed, copy.Remaining, TimeSpan.Zero, IsWhole: false);

        // The first pass begins with all memory. After disks, that is what remains when the pass is first observed.
        var startedAt = last?.At ?? TimeSpan.Zero;
        return new RunningPass(1, startedAt, last is null ? copy.Total : copy.Remaining, copy.Elapsed - startedAt, IsWhole: true);
    }

    private static EstimatorState UpdateWireFactors(EstimatorState state, ObservedSample last, CopyStatistics copy)
    {
        if (copy.Iteration == 1)
            return state with { FirstWireFactor = WireFactor(copy.Transferred, copy.Total - copy.Remaining) ?? state.FirstWireFactor };

        // Single samples jitter, and the compression ratio changes slowly.
        return WireFactor(copy.Transferred - last.Transferred, last.Remaining - copy.Remaining) is { } factor
            ? state with { WireFactor = 0.8 * state.WireFactor + 0.2 * factor }
            : state;
    }

    private static double? WireFactor(Bytes sent, Bytes drained) =>
        sent > Bytes.Zero && drained > Bytes.Zero ? Math.Clamp((double)sent.Count / drained.Count, WireFactorMin, 1) : null;

    private static EstimatorState AddPass(EstimatorState state, CompletedPass completed, long count)
    {
        var isOverrun = completed.Iteration > 1 && QemuAutoConverge.IsOverrun(completed.Dirtied.Count, completed.Sent().Count);
        var next = state with { PassCount = state.PassCount + count, OverrunPassCount = state.OverrunPassCount + (isOverrun ? count : 0) };

        // A paused guest, or a pass that ended at once, says nothing about how the guest writes.
        if (completed.GuestTime <= TimeSpan.Zero || completed.Sent() <= Bytes.Zero)
            return next;
        IReadOnlyList<CompletedPass> passes = [.. state.Passes.TakeLast(PassesMax - 1), completed];
        return next with { Passes = passes, WorkingSet = WorkingSetFit.Fit(passes, Math.Max(state.LastSample!.Total.Count, 1)) };
    }
}
