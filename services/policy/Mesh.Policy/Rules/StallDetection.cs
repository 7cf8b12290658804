using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>Finds a stall as KubeVirt's detector does: no less remains where a pass begins than at best did longer ago than the window.</summary>
internal static class StallDetection
{
    // Kept with the flight; the next best is taken from the least of them.
    private const int NextBestMax = 1000;

    public static void Evaluate(PolicyEvaluation context)
    {
        if (context.Plan.Policy.StallDetector is not { } detector)
            return;
        if (context.Plan.Passes.IsNewPass)
            EvaluatePass(context, detector);
        if (!context.HasActed)
            EvaluateTimeout(context);
    }

    /// <summary>Judges the completion timeout, which needs no new telemetry.</summary>
    public static void EvaluateTimeout(PolicyEvaluation context)
    {
        if (context.Plan.Policy.StallDetector is { } detector)
            StallActions.ActAtTimeout(context, detector);
    }

    private static void EvaluatePass(PolicyEvaluation context, StallDetector detector)
    {
        var begun = new PassStart(TimeRounding.ToMilliseconds(context.Now), context.Plan.Progress.Remaining);
        context.Plan = context.Plan with { Stall = context.Plan.Stall with { LastPassStart = begun.Remaining } };
        if (context.Plan.Passes.Bandwidth == 0 || context.Plan.Stall.IsSwitching)
            return;

        var stall = WithCandidate(context.Plan.Stall, begun, detector);
        stall = stall.IsStalled ? RelaxSearch(stall, begun, detector)
            : HasStalled(stall, begun, detector) ? StartSearch(stall, begun, detector)
            : stall;
        context.Plan = context.Plan with { Stall = stall };
        if (stall.IsStalled && (!detector.SearchLocalMinimum || begun.Remaining.Count <= (long)(stall.BestRemaining.Count * (1 + MarginFactor(detector)))))
            StallActions.ActAtMinimum(context, detector);
    }

    private static StallState WithCandidate(StallState stall, PassStart begun, StallDetector detector)
    {
        var outside = stall.Candidates.TakeWhile(candidate => begun.At - candidate.At >= detector.Window).ToList();
        IReadOnlyList<PassStart> inside = [.. stall.Candidates.Skip(outside.Count)];
        var least = stall.LeastBeforeWindow;
        foreach (var candidate in outside)
            least = least <= candidate.Remaining ? least : candidate.Remaining;
        var isNewLow = !(begun.Remaining > least) && (inside.Count == 0 || begun.Remaining < inside[^1].Remaining);
        return stall with { LeastBeforeWindow = least, Candidates = isNewLow ? [.. inside, begun] : inside };
    }

    private static bool HasStalled(StallState stall, PassStart begun, StallDetector detector) =>
        stall.LeastBeforeWindow is { } least && begun.Remaining.Count >= (long)(least.Count * (1 - MarginFactor(detector)));

    private static StallState StartSearch(StallState stall, PassStart begun, StallDetector detector) => stall with
    {
        IsStalled = true,
        BestRemaining = stall.Candidates.Select(candidate => candidate.Remaining).Append(stall.LeastBeforeWindow!.Value).Min(),
        NextBest = [],
        Patience = detector.Window,
        RelaxAt = begun.At + detector.Window,
    };

    private static StallState RelaxSearch(StallState stall, PassStart begun, StallDetector detector)
    {
        IReadOnlyList<Bytes> others = [.. stall.NextBest.Append(begun.Remaining).Order().Take(NextBestMax)];
        if (begun.At < stall.RelaxAt)
            return stall with { NextBest = others };
        var patience = TimeRounding.ToMilliseconds(stall.Patience * detector.PatienceFactor);
        return stall with { BestRemaining = others[0], NextBest = [.. others.Skip(1)], Patience = patience, RelaxAt = begun.At + patience };
    }

    private static double MarginFactor(StallDetector detector) => detector.Margin.Value / 100.0;
}
