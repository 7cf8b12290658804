using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>The current state of a migration and the parameters for the rest of it. Sizes are in bytes of memory.</summary>
internal sealed record PredictionInput
{
    /// <summary>All memory.</summary>
    public required double Memory { get; init; }

    /// <summary>What the current pass had to send when it began.</summary>
    public required double Pending { get; init; }

    /// <summary>What remains of it.</summary>
    public required double Remaining { get; init; }

    /// <summary>Guest time in this pass so far, in seconds.</summary>
    public required double GuestSeconds { get; init; }

    /// <summary>The rate of the current pass, in bytes of memory per second; more than zero.</summary>
    public required double RateNow { get; init; }

    /// <summary>The rate of later passes, in bytes of memory per second; more than zero.</summary>
    public required double Rate { get; init; }

    /// <summary>The maximum downtime, in seconds.</summary>
    public required double MaxDowntime { get; init; }

    /// <summary>The guest's speed: 1, or less with a throttle.</summary>
    public double GuestSpeed { get; init; } = 1;

    /// <summary>QEMU's auto-converge; null if it is off.</summary>
    public AutoConvergeModel? AutoConverge { get; init; }
}

/// <summary>A prediction.</summary>
/// <param name="Converges">Whether it ends.</param>
/// <param name="Seconds">How long that takes; if it does not end, how far the prediction reaches.</param>
/// <param name="Downtime">The downtime of the switchover, in seconds; if it does not end, the lowest possible.</param>
/// <param name="Pending">What remains at the switchover, in bytes of memory; if it does not end, the least that any pass began with.</param>
/// <param name="AutoConverge">QEMU's auto-converge at that time; null if it is off.</param>
internal sealed record PreCopyPrediction(bool Converges, double Seconds, double Downtime, double Pending, AutoConvergeModel? AutoConverge);

/// <summary>Simulates the rest of QEMU's pre-copy for a guest that keeps writing as before.</summary>
internal static class PreCopyModel
{
    /// <summary>The downtime of a switchover when no memory remains, in seconds: device state, resume and announcement.</summary>
    public const double SwitchOverCost = 0.02;

    /// <summary>How often QEMU checks whether it can switch over, in seconds; it keeps sending in between.</summary>
    private const double Quantum = 0.02;

    private const int PassesMax = 600;

    // After this many passes without any gain, none is to be expected.
    private const int IdlePassesMax = 4;
    private const double Gain = 0.998;

    // Enough for a precision of 0.1 %, from a few milliseconds to an hour.
    private const int HalvingsMax = 14;

    /// <summary>Predicts the migration with its parameters as they are.</summary>
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

    /// <summary>Predicts it with the lowest maximum downtime with which it ends: the best that is possible without another change.</summary>
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
