using Mesh.Contracts.Values;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Draining;

/// <summary>A move on its way in a schedule; times in seconds.</summary>
internal sealed class MoveFlow(PlannedMove planned, int move, double startedAt)
{
    private readonly double? _endsAt = planned.EndsAfter?.TotalSeconds;
    private double _left = 1 - Math.Clamp(planned.DoneFraction, 0, 1);
    private double _rate = -1;
    private double _takes;

    /// <summary>Its number.</summary>
    public int Move => move;

    public double StartedAt => startedAt;

    /// <summary>Sets the rate at which it is copied from now on, in bytes per second.</summary>
    public void SetRate(double rate)
    {
        if (Math.Abs(rate - _rate) < 1)
            return;
        _rate = rate;
        _takes = MigrationPrediction.PreCopyDuration(planned.DataSize, new BytesPerSecond(Math.Max(1, (long)rate)), planned.DirtyRate).TotalSeconds;
    }

    /// <summary>When it ends if its rate stays.</summary>
    public double EndsAt(double now) => _endsAt is { } at ? Math.Max(now, at) : now + (_left * _takes);

    public void Advance(double seconds) => _left = _takes > 0 ? Math.Max(0, _left - (seconds / _takes)) : 0;
}
