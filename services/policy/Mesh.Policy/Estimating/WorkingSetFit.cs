using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>
/// Finds the working sets that explain what passes over memory left dirty. Passes that are long against θ determine A and not θ, short
/// ones determine A/θ and neither alone, so the result is a range, never one curve.
/// </summary>
internal static class WorkingSetFit
{
    private const int HotSetSteps = 62;
    private const double HotSetStep = 1.12;
    private const int RewriteSteps = 13;
    private const double RewriteStep = 2;
    private const double RewriteSecondsMin = 0.03;

    // A relative error up to this counts as a fit.
    private const double Tolerance = 0.05;
    private const double ToleranceOfBest = 1.5;

    private static readonly TimeSpan HalfLife = TimeSpan.FromSeconds(20);

    /// <summary>The working sets that fit the passes.</summary>
    /// <param name="passes">The passes, oldest first; at least one, each with guest time and data sent.</param>
    /// <param name="memory">All memory, in bytes.</param>
    public static WorkingSetRange Fit(IReadOnlyList<CompletedPass> passes, double memory)
    {
        var (without, with) = (Fits(passes, memory, countsWaiting: false), Fits(passes, memory, countsWaiting: true));
        var fits = with.Min(fit => fit.Error) < without.Min(fit => fit.Error) ? with : without;
        var enough = Math.Max(Tolerance, ToleranceOfBest * fits.Min(fit => fit.Error));
        var good = fits.Where(fit => fit.Error <= enough).Select(fit => fit.Set).ToList();
        return new WorkingSetRange(fits.MinBy(fit => fit.Error).Set, good[0], good[^1]);
    }

    // A negligible amount of dirty memory: what is sent in 20 ms.
    private static double Negligible(CompletedPass pass) => 0.02 * pass.Sent().Count / Math.Max(pass.Duration.TotalSeconds, 0.001) + 1;

    /// <summary>The best fit for each rewrite time, the shortest first.</summary>
    private static List<(double Error, WorkingSet Set)> Fits(IReadOnlyList<CompletedPass> passes, double memory, bool countsWaiting)
    {
        var weighted = passes.Select(pass => Weigh(pass, passes[^1], memory, countsWaiting)).ToArray();
        var most = Math.Min(memory, 8 * passes.Max(pass => pass.Dirtied.Count) + 1);
        return [.. Enumerable.Range(0, RewriteSteps)
            .Select(step => Best(weighted, RewriteSecondsMin * Math.Pow(RewriteStep, step), most, countsWaiting))];
    }

    private static (double Error, WorkingSet Set) Best(WeightedPass[] passes, double rewriteSeconds, double most, bool countsWaiting)
    {
        var (bestError, bestHot, bestCold) = (double.MaxValue, 0.0, 0.0);
        var parts = passes.Select(pass => RewrittenShares.Compute(pass.Seconds / rewriteSeconds, countsWaiting)).ToArray();
        for (var step = 0; step <= HotSetSteps; step++)
        {
            var hotSet = step < HotSetSteps ? most / Math.Pow(HotSetStep, step) : 0;
            var (error, cold) = ComputeError(passes, parts, hotSet);
            if (error < bestError)
                (bestError, bestHot, bestCold) = (error, hotSet, cold);
        }

        var rewriteTime = TimeSpan.FromMilliseconds(Math.Round(rewriteSeconds * 1000));
        return (bestError, new WorkingSet(new Bytes((long)bestHot), rewriteTime, new BytesPerSecond((long)bestCold), countsWaiting));
    }

    /// <summary>The relative error of a hot set, with the cold rate that fits best.</summary>
    private static (double Error, double ColdRate) ComputeError(WeightedPass[] passes, RewrittenShares[] parts, double hotSet)
    {
        double weights = 0, coldCold = 0, coldRest = 0, restRest = 0;
        for (var index = 0; index < passes.Length; index++)
        {
            var pass = passes[index];
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
        // Where passes are long themselves, the last three still count.
        var halfLife = Math.Max(HalfLife.TotalSeconds, 3 * newest.Duration.TotalSeconds);
        var (seconds, pending, sent) = (pass.GuestTime.TotalSeconds, (double)pass.Pending.Count, (double)pass.Sent().Count);
        return new WeightedPass(
            seconds, pending, sent, pass.Dirtied.Count, WorkingSet.ColdPart(seconds, memory, pending, sent, countsWaiting),
            pass.Dirtied.Count + Negligible(pass), Math.Pow(0.5, (newest.StartedAt - pass.StartedAt).TotalSeconds / halfLife));
    }

    private sealed record WeightedPass(
        double Seconds, double Pending, double Sent, double Dirtied, double ColdSeconds, double Scale, double Weight);
}
