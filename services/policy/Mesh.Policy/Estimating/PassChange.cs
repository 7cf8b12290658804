using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>
/// What happened between two samples of different passes. A pass rarely ends at a sample, and many may end between two. But what
/// remains changes only by what is sent and by what the ends of passes find dirty, so the sum of the latter is known.
/// </summary>
/// <param name="Completed">The pass of the earlier sample.</param>
/// <param name="Between">The mean of the passes that began and ended in between; null if there were none.</param>
/// <param name="Started">The pass of the later sample.</param>
internal sealed record PassChange(CompletedPass Completed, CompletedPass? Between, RunningPass Started)
{
    // QEMU checks the dirty bitmap only at intervals and keeps sending until then: half an interval on average.
    private static readonly TimeSpan HalfQuantum = TimeSpan.FromMilliseconds(10);

    // More passes than this between two samples are taken as alike.
    private const int DistinctPassesMax = 40;

    /// <summary>Works out what must have happened since the state's newest sample.</summary>
    /// <param name="state">The state, with that sample and its pass.</param>
    /// <param name="copy">The later sample, of a later pass.</param>
    /// <param name="downtime">The maximum downtime.</param>
    /// <param name="speed">The guest's speed; 1 without a throttle.</param>
    public static PassChange FromSamples(EstimatorState state, CopyStatistics copy, TimeSpan downtime, double speed)
    {
        var (pass, last, elapsed) = (state.CurrentPass!, state.LastSample!, copy.Elapsed - state.LastSample!.At);
        var wireBefore = pass.Iteration == 1 ? state.FirstWireFactor : state.WireFactor;
        var usual = Math.Max(1.0, (state.Bandwidth ?? copy.Bandwidth).Count);

        // Where what was sent is counted without retransmissions, it falls when a pass begins.
        var sent = copy.Transferred < last.Transferred ? usual * elapsed.TotalSeconds : (copy.Transferred - last.Transferred).Count;
        var bandwidth = sent > 0 ? sent / elapsed.TotalSeconds : usual;
        var rate = bandwidth / state.WireFactor;

        // A pass ends when the rest of it could be sent within the maximum downtime.
        var left = Math.Min(last.Remaining.Count, rate * Math.Max(0, (downtime - HalfQuantum).TotalSeconds));
        var drained = Math.Min(last.Remaining.Count - left, sent / wireBefore);
        left = last.Remaining.Count - drained;
        var endedAt = TimeRounding.ToMilliseconds(last.At + Within(drained * wireBefore / bandwidth, elapsed));
        var guestTime = pass.GuestTime + TimeRounding.ToMilliseconds((endedAt - last.At) * speed);

        var count = copy.Iteration - pass.Iteration;
        var dirtied = Math.Max(0, copy.Remaining.Count + Math.Max(0, sent - drained * wireBefore) / state.WireFactor - left);
        var (first, mean, newest) = DistributeDirtied(dirtied, state, guestTime, left, rate, speed, count);

        var pending = Math.Max(copy.Remaining.Count, left + newest);
        var beganAt = count == 1
            ? endedAt
            : TimeRounding.ToMilliseconds(copy.Elapsed - Within((pending - copy.Remaining.Count) / rate, copy.Elapsed - endedAt));
        var time = count == 1 ? TimeSpan.Zero : TimeRounding.ToMilliseconds((beganAt - endedAt) / (count - 1));
        var between = new CompletedPass(
            copy.Iteration - 1, endedAt, time, TimeRounding.ToMilliseconds(time * speed), ToBytes(left + time.TotalSeconds * rate), ToBytes(left), ToBytes(mean));
        return new PassChange(
            new CompletedPass(pass.Iteration, pass.StartedAt, endedAt - pass.StartedAt, guestTime, pass.Pending, ToBytes(left), ToBytes(first)),
            count == 1 ? null : between,
            new RunningPass(copy.Iteration, beganAt, ToBytes(pending), TimeRounding.ToMilliseconds((copy.Elapsed - beganAt) * speed), IsWhole: true));
    }

    /// <summary>Distributes what was dirtied over the passes, as the passes before suggest.</summary>
    private static (double First, double Mean, double Newest) DistributeDirtied(
        double dirtied, EstimatorState state, TimeSpan guestTime, double left, double rate, double speed, long count)
    {
        var even = dirtied / count;
        if (count == 1 || state.WorkingSet is not { } set || count > DistinctPassesMax)
            return (even, even, even);
        var memory = Math.Max(1.0, state.LastSample!.Total.Count);
        var first = set.Likely.LeftDirty(guestTime.TotalSeconds, memory, state.CurrentPass!.Pending.Count, state.CurrentPass.Pending.Count - left);
        var (newest, sum) = (first, first);
        for (var pass = 1; pass < count; pass++)
        {
            newest = set.Likely.LeftDirty(newest / rate * speed, memory, left + newest, newest);
            sum += newest;
        }

        return sum > 0 ? (dirtied * first / sum, dirtied * (sum - first) / sum / (count - 1), dirtied * newest / sum) : (even, even, even);
    }

    private static Bytes ToBytes(double bytes) => new((long)bytes);

    private static TimeSpan Within(double seconds, TimeSpan most) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, most.TotalSeconds));
}
