using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Rules;

/// <summary>Finds a stall as KubeVirt's detector does: no less remains where a pass begins than at best did longer ago than the window.</summary>
internal static class StallWatch
{
    // Kept with the flight; the next best is taken from the least of them.
    private const int OthersMax = 1000;

    public static void Look(Turn turn)
    {
        if (turn.Plan.Policy.StallDetector is not { } detector)
            return;
        if (turn.Plan.Passes.IsNew)
            LookAtPass(turn, detector);
        if (!turn.HasActed)
            Wait(turn);
    }

    /// <summary>Judges the completion timeout, which needs no new telemetry.</summary>
    public static void Wait(Turn turn)
    {
        if (turn.Plan.Policy.StallDetector is { } detector)
            StallActions.TakeAtTimeout(turn, detector);
    }

    private static void LookAtPass(Turn turn, StallDetector detector)
    {
        var begun = new PassBeginning(Moment.Of(turn.Now), turn.Plan.Progress.Remaining);
        turn.Plan = turn.Plan with { Stall = turn.Plan.Stall with { Beginning = begun.Remaining } };
        if (turn.Plan.Passes.Bandwidth == 0 || turn.Plan.Stall.IsSwitching)
            return;

        var stall = WithCandidate(turn.Plan.Stall, begun, detector);
        stall = stall.IsStalled ? Relaxed(stall, begun, detector)
            : HasStalled(stall, begun, detector) ? Found(stall, begun, detector)
            : stall;
        turn.Plan = turn.Plan with { Stall = stall };
        if (stall.IsStalled && (!detector.SearchLocalMinimum || begun.Remaining.Count <= (long)(stall.Best.Count * (1 + Share(detector)))))
            StallActions.TakeAtMinimum(turn, detector);
    }

    private static StallMemory WithCandidate(StallMemory stall, PassBeginning begun, StallDetector detector)
    {
        var outside = stall.Candidates.TakeWhile(candidate => begun.At - candidate.At >= detector.Window).ToList();
        IReadOnlyList<PassBeginning> inside = [.. stall.Candidates.Skip(outside.Count)];
        var least = stall.LeastBefore;
        foreach (var candidate in outside)
            least = least <= candidate.Remaining ? least : candidate.Remaining;
        var isNewLow = !(begun.Remaining > least) && (inside.Count == 0 || begun.Remaining < inside[^1].Remaining);
        return stall with { LeastBefore = least, Candidates = isNewLow ? [.. inside, begun] : inside };
    }

    private static bool HasStalled(StallMemory stall, PassBeginning begun, StallDetector detector) =>
        stall.LeastBefore is { } least && begun.Remaining.Count >= (long)(least.Count * (1 - Share(detector)));

    private static StallMemory Found(StallMemory stall, PassBeginning begun, StallDetector detector) => stall with
    {
        IsStalled = true,
        Best = stall.Candidates.Select(candidate => candidate.Remaining).Append(stall.LeastBefore!.Value).Min(),
        Others = [],
        Patience = detector.Window,
        RelaxAt = begun.At + detector.Window,
    };

    private static StallMemory Relaxed(StallMemory stall, PassBeginning begun, StallDetector detector)
    {
        IReadOnlyList<Bytes> others = [.. stall.Others.Append(begun.Remaining).Order().Take(OthersMax)];
        if (begun.At < stall.RelaxAt)
            return stall with { Others = others };
        var patience = Moment.Of(stall.Patience * detector.PatienceFactor);
        return stall with { Best = others[0], Others = [.. others.Skip(1)], Patience = patience, RelaxAt = begun.At + patience };
    }

    private static double Share(StallDetector detector) => detector.Margin.Value / 100.0;
}
