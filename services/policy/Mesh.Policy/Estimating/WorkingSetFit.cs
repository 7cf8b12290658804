using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>
/// Finds the working sets that explain what passes over memory left written anew. Passes that are long against θ tell A and not θ,
/// short ones tell A/θ and neither alone: so the answer is a range, never one curve.
/// </summary>
internal static class WorkingSetFit
{
    private const int HotSetSteps = 62;
    private const double HotSetStep = 1.12;
    private const int RewriteSteps = 13;
    private const double RewriteStep = 2;
    private const double RewriteSecondsMin = 0.03;

    // What is off by no more than this, as a part of what was seen, explains it.
    private const double Tolerance = 0.05;
    private const double ToleranceOfBest = 1.5;

    private static readonly TimeSpan HalfLife = TimeSpan.FromSeconds(20);

    /// <summary>The working sets that fit the passes.</summary>
    /// <param name="passes">The passes, oldest first; one at least, each with guest time and something sent.</param>
    /// <param name="memory">All memory, in bytes.</param>
    public static WorkingSetRange Fit(IReadOnlyList<CompletedPass> passes, double memory)
    {
        var (without, with) = (Fits(passes, memory, countsWaiting: false), Fits(passes, memory, countsWaiting: true));
        var fits = with.Min(fit => fit.Off) < without.Min(fit => fit.Off) ? with : without;
        var enough = Math.Max(Tolerance, ToleranceOfBest * fits.Min(fit => fit.Off));
        var good = fits.Where(fit => fit.Off <= enough).Select(fit => fit.Set).ToList();
        return new WorkingSetRange(fits.MinBy(fit => fit.Off).Set, good[0], good[^1]);
    }

    // An amount written anew that makes no difference: what goes out in 20 ms.
    private static double Negligible(CompletedPass pass) => 0.02 * pass.Sent().Count / Math.Max(pass.Duration.TotalSeconds, 0.001) + 1;

    /// <summary>The best for each rewrite time, the shortest first.</summary>
    private static List<(double Off, WorkingSet Set)> Fits(IReadOnlyList<CompletedPass> passes, double memory, bool countsWaiting)
    {
        var seen = passes.Select(pass => Weigh(pass, passes[^1], memory, countsWaiting)).ToArray();
        var most = Math.Min(memory, 8 * passes.Max(pass => pass.Dirtied.Count) + 1);
        return [.. Enumerable.Range(0, RewriteSteps)
            .Select(step => Best(seen, RewriteSecondsMin * Math.Pow(RewriteStep, step), most, countsWaiting))];
    }

    private static (double Off, WorkingSet Set) Best(WeightedPass[] seen, double rewriteSeconds, double most, bool countsWaiting)
    {
        var (bestOff, bestHot, bestCold) = (double.MaxValue, 0.0, 0.0);
        var parts = seen.Select(pass => RewrittenShares.Compute(pass.Seconds / rewriteSeconds, countsWaiting)).ToArray();
        for (var step = 0; step <= HotSetSteps; step++)
        {
            var hotSet = step < HotSetSteps ? most / Math.Pow(HotSetStep, step) : 0;
            var (off, cold) = Off(seen, parts, hotSet);
            if (off < bestOff)
                (bestOff, bestHot, bestCold) = (off, hotSet, cold);
        }

        var rewriteTime = TimeSpan.FromMilliseconds(Math.Round(rewriteSeconds * 1000));
        return (bestOff, new WorkingSet(new Bytes((long)bestHot), rewriteTime, new BytesPerSecond((long)bestCold), countsWaiting));
    }

    /// <summary>How far off a hot set is, with the cold rate that suits it best.</summary>
    private static (double Off, double ColdRate) Off(WeightedPass[] seen, RewrittenShares[] parts, double hotSet)
    {
        double weights = 0, coldCold = 0, coldRest = 0, restRest = 0;
        for (var index = 0; index < seen.Length; index++)
        {
            var pass = seen[index];
            var rest = (pass.Dirtied - parts[index].HotPart(hotSet, pass.Pending, pass.Sent)) / pass.Scale;
            var cold = pass.ColdSeconds / pass.Scale;
            weights += pass.Weight;
            coldCold += pass.Weight * cold * cold;
            coldRest += pass.Weight * cold * rest;
            restRest += pass.Weight * rest * rest;
        }

        var coldRate = coldCold > 0 ? Math.Max(0, coldRest / coldCold) : 0;
        var squares = restRest - 2 * coldRate * coldRest + coldRate * coldRate * coldCold;
        return (Math.Sqrt(Math.Max(0, squares) / weights), coldRate);
    }

    private static WeightedPass Weigh(CompletedPass pass, CompletedPass newest, double memory, bool countsWaiting)
    {
        // Of passes that are long themselves, the last three still count.
        var halfLife = Math.Max(HalfLife.TotalSeconds, 3 * newest.Duration.TotalSeconds);
        var (seconds, pending, sent) = (pass.GuestTime.TotalSeconds, (double)pass.Pending.Count, (double)pass.Sent().Count);
        return new WeightedPass(
            seconds, pending, sent, pass.Dirtied.Count, WorkingSet.ColdPart(seconds, memory, pending, sent, countsWaiting),
            pass.Dirtied.Count + Negligible(pass), Math.Pow(0.5, (newest.StartedAt - pass.StartedAt).TotalSeconds / halfLife));
    }

    private sealed record WeightedPass(
        double Seconds, double Pending, double Sent, double Dirtied, double ColdSeconds, double Scale, double Weight);
}
