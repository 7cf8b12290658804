using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Estimating;

/// <summary>Says what is to be expected of a migration.</summary>
internal static class Forecaster
{
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(3);

    /// <summary>The forecast after the newest sample; null before anything has gone out.</summary>
    public static MigrationForecast? Of(PlanState plan)
    {
        if (plan.Estimator is not { Bandwidth: { Count: > 0 } bandwidth, Last: { } last })
            return null;
        return IsStuck(plan.Estimator, last) ? Stuck(plan.Estimator, last)
            : last.Status is PlanStatus.PostCopy || plan.Knobs.IsPostCopy ? PostCopy(last, bandwidth.Count / plan.Estimator.WireFactor)
            : Situation.Of(plan) is not { } course ? BeforeMemory(plan, last, bandwidth)
            : plan.Knobs.IsSuspended || last.Status is PlanStatus.Paused ? Suspended(plan, course, last)
            : Situation.Believed(plan, course) is { } set ? Running(plan, course, set, plan.Estimator.WorkingSet!)
            : FirstPass(plan, course, last);
    }

    private static bool IsStuck(EstimatorState seen, PlanSample last) => last.Remaining > Bytes.Zero && last.At - seen.ProgressedAt >= StuckAfter;

    private static MigrationForecast Stuck(EstimatorState seen, PlanSample last)
    {
        var because = $"nothing has been copied for {About.Of(last.At - seen.ProgressedAt)}";
        return new MigrationForecast
        {
            Converges = false,
            Bandwidth = seen.Bandwidth,
            Because = because,
            Remedy = "a connection between the hosts that works again",
            Text = $"{because}; {last.Remaining} remain",
        };
    }

    private static MigrationForecast PostCopy(PlanSample last, double rate)
    {
        var seconds = last.Remaining.Count / rate;
        return new MigrationForecast
        {
            Converges = true,
            TimeToEnd = About.Time(seconds),
            Bandwidth = new BytesPerSecond((long)rate),
            Text = (last.Status is PlanStatus.PostCopy ? "post-copy: the machine runs on the destination" : "changing over to post-copy")
                + $", {last.Remaining} follow in about {About.Of(seconds)}",
        };
    }

    private static MigrationForecast BeforeMemory(PlanState plan, PlanSample last, BytesPerSecond bandwidth)
    {
        // While disks are copied, the total may or may not have the memory in it.
        var disks = plan.Subject.Disks.Sum(disk => disk.Count);
        var toCome = last.Total.Count < disks + plan.Subject.Memory.Count ? plan.Subject.Memory.Count : 0;
        var seconds = (last.Remaining.Count + toCome) / (double)bandwidth.Count;
        return new MigrationForecast
        {
            Converges = true,
            Bandwidth = bandwidth,
            Text = $"before the first pass over memory, which is done in about {About.Of(seconds)}",
        };
    }

    private static MigrationForecast FirstPass(PlanState plan, Course course, PlanSample last)
    {
        var dirty = last.DirtyRatePages * last.PageSize.Count;
        if (dirty > 0)
        {
            var steady = new WorkingSet(Bytes.Zero, TimeSpan.FromSeconds(1), new BytesPerSecond(dirty));
            return Running(plan, course, steady, new WorkingSetRange(steady, steady, steady));
        }

        return new MigrationForecast
        {
            Converges = true,
            Bandwidth = plan.Estimator.Bandwidth,
            Text = $"first pass over memory: done in about {About.Of(course.Remaining / course.RateNow)}, and then it shows how much is written anew",
        };
    }

    private static MigrationForecast Suspended(PlanState plan, Course course, PlanSample last)
    {
        var toSend = plan.Estimator.WorkingSet is { } set ? Situation.Pending(course, set.Likely) : course.Remaining;
        var seconds = course.Remaining / course.RateNow + (toSend - course.Remaining) / course.Rate + PreCopy.SwitchOverCost;
        var downtime = seconds + (last.At - (plan.Estimator.PausedSince ?? last.At)).TotalSeconds;
        return new MigrationForecast
        {
            Converges = true,
            TimeToEnd = About.Time(seconds),
            Downtime = About.Time(downtime),
            Bandwidth = plan.Estimator.Bandwidth,
            DirtyRate = new BytesPerSecond(0),
            Text = $"the machine is suspended: ends in about {About.Of(seconds)} with {About.Of(downtime)} of downtime",
        };
    }

    private static MigrationForecast Running(PlanState plan, Course course, WorkingSet believed, WorkingSetRange set)
    {
        var outlook = PreCopy.Run(course, believed);
        var dirty = plan.Estimator.Passes is [.., var newest] ? newest.DirtyRate() : believed.ColdRate;
        return outlook.Ends ? Ends(plan, outlook, dirty) : Diverges(plan, course, set, dirty);
    }

    private static MigrationForecast Ends(PlanState plan, Outlook outlook, BytesPerSecond dirty)
    {
        var slowed = outlook.Ladder is { } ladder && ladder.Overrun > ladder.OverrunBefore && ladder.Percent > 0
            ? $", slowed down by QEMU to {100 - ladder.Percent:0} % of its speed" : "";
        var left = (Plan.CompletionTimeout(plan.Policy, plan.Subject) ?? TimeSpan.MaxValue) - plan.Estimator.Last!.At;
        var late = outlook.Seconds - left.TotalSeconds;
        return new MigrationForecast
        {
            Converges = true,
            TimeToEnd = About.Time(outlook.Seconds),
            Downtime = About.Time(outlook.Downtime),
            Bandwidth = plan.Estimator.Bandwidth,
            DirtyRate = dirty,
            Text = $"ends in about {About.Of(outlook.Seconds)} with {About.Of(outlook.Downtime)} of downtime{slowed}"
                + (late > 0 ? $", {About.Of(late)} after its time is up" : ""),
        };
    }

    private static MigrationForecast Diverges(PlanState plan, Course course, WorkingSetRange set, BytesPerSecond dirty)
    {
        var best = PreCopy.AtBest(course, set.Likely);
        var bandwidth = plan.Estimator.Bandwidth!.Value;
        var missed = Situation.UsualIfSlow(plan) is { } usual ? $" where the link usually gives {usual}" : "";
        var because = (dirty.Count > 1.1 * course.Rate
                ? $"it writes {dirty} of memory anew and {bandwidth} go out{missed}"
                : $"it writes memory anew as fast as it goes out, {bandwidth}{missed}")
            + $": at best {new Bytes((long)best.Pending)} remain, which is {About.Of(best.Downtime)} of downtime, "
            + $"and {About.Of(course.Limit)} are allowed";
        var remedy = Remedies.Of(plan, course, set, best);
        return new MigrationForecast
        {
            Converges = false,
            Downtime = About.Time(best.Downtime),
            Bandwidth = bandwidth,
            DirtyRate = dirty,
            Because = because,
            Remedy = remedy,
            Text = $"does not converge because {because}; it would with {remedy}",
        };
    }
}
