using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;
using Mesh.Policy.Tests.Following;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Worlds;

/// <summary>
/// A fluid model of QEMU's pre-copy without a working-set curve: memory consists of classes of pages, each written at random at its own rate
/// and sent in the order of addresses, which is unrelated to how often a page is written. Estimators see only its samples.
/// </summary>
internal sealed class FluidMigration(Workload workload)
{
    public const double PageBytes = 4096;
    private const double Step = 0.02;
    private const double SwitchOverCost = 0.02;

    private readonly double[] _pending = [.. workload.Memory.Select(part => part.Bytes)];
    private readonly double[] _rewritten = new double[workload.Memory.Count];
    private double _processed;
    private double _passTime;
    private double _dirtyRate;
    private double _rate;
    private double _sentInPass;
    private int _overruns;

    public double Time { get; private set; }

    public long Iteration { get; private set; } = 1;

    public bool IsOver { get; private set; }

    public bool IsAborted { get; private set; }

    public bool IsSuspended { get; private set; }

    /// <summary>When the VM started to run on the destination; null before, or if it never switches to post-copy.</summary>
    public double? PostCopyAt { get; private set; }

    /// <summary>How long the VM was paused, in seconds.</summary>
    public double Downtime { get; private set; }

    public double Limit { get; private set; } = 0.3;

    public int Throttle { get; private set; }

    /// <summary>The guest time lost to the throttle, in seconds.</summary>
    public double ThrottledSeconds { get; private set; }

    /// <summary>Whether QEMU's auto-converge is on.</summary>
    public bool IsAutoConverging { get; init; }

    /// <summary>The bandwidth limit in bytes per second; null for the capacity of the link.</summary>
    public double? BandwidthLimit { get; set; }

    public double Remaining => _pending.Sum();

    public void Advance(double seconds)
    {
        for (var until = Time + seconds; Time < until - Step / 2 && !IsOver;)
            Advance();
    }

    public TraceSample Sample() => Given.Sample(
        TimeSpan.FromSeconds(Time), Iteration, new Bytes((long)workload.Bytes), new Bytes((long)_processed), new Bytes((long)Remaining),
        new BytesPerSecond((long)_rate), (long)(_dirtyRate / PageBytes), new Bytes((long)PageBytes),
        PostCopyAt is not null ? JobPhase.PostCopy : IsSuspended ? JobPhase.SwitchOver : JobPhase.PreCopy);

    public void Do(PlannedAction action)
    {
        switch (action.Kind)
        {
            case PolicyActionKind.SetDowntime:
                Limit = action.Parameters.MaxDowntime!.Value.TotalSeconds;
                break;
            case PolicyActionKind.SetBandwidth:
                BandwidthLimit = action.Parameters.Bandwidth?.Count;
                break;
            case PolicyActionKind.Throttle:
                Throttle = action.Parameters.Throttle!.Value.Value;
                break;
            case PolicyActionKind.PostCopy:
                Synchronise();
                Downtime += SwitchOverCost;
                (PostCopyAt, Throttle) = (Time, 0);
                break;
            case PolicyActionKind.Suspend:
                IsSuspended = true;
                break;
            case PolicyActionKind.Abort:
                (IsAborted, IsOver) = (true, true);
                break;
        }
    }

    private void Advance()
    {
        _rate = Math.Min(workload.Link * workload.LinkAt(Time), BandwidthLimit ?? double.MaxValue);
        Time += Step;
        _passTime += Step;
        Send(_rate * Step);
        if (PostCopyAt is not null)
        {
            IsOver = Remaining < 1;
            return;
        }

        if (IsSuspended)
            Downtime += Step;
        else
            Write(Step * (1 - Throttle / 100.0) * workload.ActivityAt(Time));
        ThrottledSeconds += Step * Throttle / 100.0;
        if (Remaining <= _rate * Limit)
            SynchroniseAndSwitchOver();
    }

    private void Send(double bytes)
    {
        var part = Remaining > 0 ? Math.Min(1, bytes / Remaining) : 0;
        _processed += Remaining * part;
        _sentInPass += Remaining * part;
        for (var index = 0; index < _pending.Length; index++)
            _pending[index] *= 1 - part;
    }

    private void Write(double seconds)
    {
        for (var index = 0; index < _pending.Length; index++)
        {
            // Writing to a pending page adds nothing to send, unless the dirty log is not cleared page by page.
            var clean = workload.Memory[index].Bytes - _rewritten[index] - (workload.IsLogWhole ? 0 : _pending[index]);
            _rewritten[index] += clean * (1 - Math.Exp(-workload.Memory[index].WritesPerSecond * seconds));
        }
    }

    private void SynchroniseAndSwitchOver()
    {
        Synchronise();
        if (Remaining > _rate * Limit)
            return;
        var last = Remaining / _rate + SwitchOverCost;
        (Downtime, Time, IsOver) = (Downtime + last, Time + last, true);
    }

    private void Synchronise()
    {
        _dirtyRate = _rewritten.Sum() / Math.Max(_passTime, Step);
        if (IsAutoConverging && Iteration > 1 && _rewritten.Sum() > _sentInPass / 2 && ++_overruns % 2 == 0)
            Throttle = Throttle == 0 ? 20 : Math.Min(99, Throttle + 10);
        for (var index = 0; index < _pending.Length; index++)
            (_pending[index], _rewritten[index]) = (Math.Min(_pending[index] + _rewritten[index], workload.Memory[index].Bytes), 0);
        (Iteration, _passTime, _sentInPass) = (Iteration + 1, 0, 0);
    }
}
