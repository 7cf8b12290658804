using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>Where a migration is, and with which parameters it goes on: what a prediction begins with. Sizes are in bytes of memory.</summary>
internal sealed record PredictionInput
{
    /// <summary>All memory.</summary>
    public required double Memory { get; init; }

    /// <summary>What this pass had to send when it began.</summary>
    public required double Pending { get; init; }

    /// <summary>What remains of it.</summary>
    public required double Remaining { get; init; }

    /// <summary>The machine's own time in this pass so far, in seconds.</summary>
    public required double GuestSeconds { get; init; }

    /// <summary>How fast this pass goes on, in bytes of memory per second; more than zero.</summary>
    public required double RateNow { get; init; }

    /// <summary>How fast every later pass goes, in bytes of memory per second; more than zero.</summary>
    public required double Rate { get; init; }

    /// <summary>The downtime limit in seconds.</summary>
    public required double MaxDowntime { get; init; }

    /// <summary>How fast the machine runs: 1, or less where it is slowed down.</summary>
    public double GuestSpeed { get; init; } = 1;

    /// <summary>QEMU's auto-converge; null if it is off.</summary>
    public AutoConvergeModel? AutoConverge { get; init; }
}

/// <summary>What is predicted.</summary>
/// <param name="Converges">Whether it ends.</param>
/// <param name="Seconds">How long that takes; where it does not end, how far was looked.</param>
/// <param name="Downtime">What the switch-over costs, in seconds; where it does not end, at its lowest.</param>
/// <param name="Pending">What remains at the switch-over, in bytes of memory; where it does not end, the least that any pass began with.</param>
/// <param name="AutoConverge">Where QEMU's auto-converge is then; null if it is off.</param>
internal sealed record PreCopyPrediction(bool Converges, double Seconds, double Downtime, double Pending, AutoConvergeModel? AutoConverge);

/// <summary>Plays QEMU's pre-copy on from where it is, for a machine that goes on as it did.</summary>
internal static class PreCopyModel
{
    /// <summary>Device state, resume and announcement: what a switch-over costs when nothing remains, in seconds.</summary>
    public const double SwitchOverCost = 0.02;

    /// <summary>QEMU looks about this often whether it could switch over, in seconds; it sends on meanwhile.</summary>
    private const double Quantum = 0.02;

    private const int PassesMax = 600;

    // So many passes without the least gain: there is none to come.
    private const int IdlePassesMax = 4;
    private const double Gain = 0.998;

    // Enough for a thousandth, from a few milliseconds to an hour.
    private const int HalvingsMax = 14;

    /// <summary>What comes of the migration as it goes on.</summary>
    public static PreCopyPrediction Predict(PredictionInput input, WorkingSet set)
    {
        var (pending, remaining, guest, rate) = (input.Pending, input.Remaining, input.GuestSeconds, input.RateNow);
        var (seconds, lowest, idle, ladder) = (0.0, double.MaxValue, 0, input.AutoConverge);
        for (var pass = 0; pass < PassesMax && idle < IdlePassesMax; pass++)
        {
            var drained = Math.Min(remaining, Math.Max(remaining - input.MaxDowntime * rate, 0) + Quantum * rate);
            var (time, speed) = (drained / rate, input.GuestSpeed * (ladder?.Speed ?? 1));
            var sent = pending - remaining + drained;
            var dirtied = set.LeftDirty(guest + time * speed, input.Memory, pending, sent);
            var next = Math.Min(remaining - drained + dirtied, input.Memory);
            seconds += time;
            rate = input.Rate;
            if (next <= input.MaxDowntime * rate)
                return new PreCopyPrediction(true, seconds + next / rate, next / rate + SwitchOverCost, next, ladder);

            var higher = ladder?.AfterPass(dirtied, sent);
            idle = next < Gain * lowest || higher != ladder ? 0 : idle + 1;
            (lowest, pending, remaining, guest, ladder) = (Math.Min(lowest, next), next, next, 0, higher);
        }

        return new PreCopyPrediction(false, seconds, lowest / input.Rate + SwitchOverCost, lowest, ladder);
    }

    /// <summary>What comes of it with the least downtime limit with which it ends: the best that can be had without another change.</summary>
    public static PreCopyPrediction PredictAtBest(PredictionInput input, WorkingSet set)
    {
        var (no, yes) = (SwitchOverCost, Math.Max(input.Memory / input.Rate, SwitchOverCost));
        for (var halving = 0; halving < HalvingsMax; halving++)
        {
            var middle = Math.Sqrt(no * yes);
            (no, yes) = Predict(input with { MaxDowntime = middle }, set).Converges ? (no, middle) : (middle, yes);
        }

        return Predict(input with { MaxDowntime = yes }, set);
    }
}
