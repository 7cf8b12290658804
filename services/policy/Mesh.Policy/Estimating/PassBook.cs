using Mesh.Contracts.Values;
using Mesh.Policy.Rules;

namespace Mesh.Policy.Estimating;

/// <summary>Keeps what samples tell of the passes over memory.</summary>
internal static class PassBook
{
    private const int PassesMax = 24;

    private const double WireFactorMin = 0.002;

    /// <summary>The state with what a sample tells of the passes.</summary>
    public static EstimatorState See(EstimatorState seen, PlanSample sample, Knobs knobs)
    {
        if (seen is not { Pass: { } pass, Last: { } last })
            return seen with { Pass = Begin(seen.Last, sample) };
        var speed = sample.Status is PlanStatus.Paused || knobs.IsSuspended ? 0 : Situation.Speed(knobs.Throttle);
        if (sample.Iteration == pass.Iteration)
            return Factors(seen, last, sample) with { Pass = pass with { GuestTime = pass.GuestTime + Moment.Of((sample.At - last.At) * speed) } };

        var change = PassChange.Of(seen, sample, knobs.Downtime ?? SwitchOver.UsualDowntime, speed);
        var next = seen with
        {
            Pass = change.Begun,
            LowBeginnings = Estimator.Lower(seen.LowBeginnings, change.Begun.StartedAt, change.Begun.Pending),
        };
        next = pass.IsWhole ? Add(next, change.Ended, 1) : next;
        return change.Between is { } between ? Add(next, between, sample.Iteration - pass.Iteration - 1) : next;
    }

    private static OpenPass Begin(PlanSample? last, PlanSample sample)
    {
        // Of a pass that is seen first in its middle nothing can be told.
        if (sample.Iteration > 1)
            return new OpenPass(sample.Iteration, sample.At, sample.Remaining, TimeSpan.Zero, IsWhole: false);

        // The first pass begins with all memory, which after the disks is what remains when it is first seen.
        var startedAt = last?.At ?? TimeSpan.Zero;
        return new OpenPass(1, startedAt, last is null ? sample.Total : sample.Remaining, sample.At - startedAt, IsWhole: true);
    }

    private static EstimatorState Factors(EstimatorState seen, PlanSample last, PlanSample sample)
    {
        if (sample.Iteration == 1)
            return seen with { FirstWireFactor = Factor(sample.Processed, sample.Total - sample.Remaining) ?? seen.FirstWireFactor };

        // Single samples jitter; what compression gives changes slowly.
        return Factor(sample.Processed - last.Processed, last.Remaining - sample.Remaining) is { } factor
            ? seen with { WireFactor = 0.8 * seen.WireFactor + 0.2 * factor }
            : seen;
    }

    private static double? Factor(Bytes sent, Bytes drained) =>
        sent > Bytes.Zero && drained > Bytes.Zero ? Math.Clamp((double)sent.Count / drained.Count, WireFactorMin, 1) : null;

    private static EstimatorState Add(EstimatorState seen, EndedPass ended, long count)
    {
        var isOverrun = ended.Iteration > 1 && ended.Dirtied.Count > ended.Sent().Count / 2;
        var next = seen with { PassesSeen = seen.PassesSeen + count, PassesOverrun = seen.PassesOverrun + (isOverrun ? count : 0) };

        // A machine that stands still, or a pass that was over at once, tells nothing of how it writes.
        if (ended.GuestTime <= TimeSpan.Zero || ended.Sent() <= Bytes.Zero)
            return next;
        IReadOnlyList<EndedPass> passes = [.. seen.Passes.TakeLast(PassesMax - 1), ended];
        return next with { Passes = passes, WorkingSet = WorkingSetFit.Of(passes, Math.Max(seen.Last!.Total.Count, 1)) };
    }
}
