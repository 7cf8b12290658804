using Mesh.Agent.Hypervisors;

namespace Mesh.Agent.Simulated;

public sealed partial class SimulatedCluster
{
    private static readonly TimeSpan TimerPeriod = TimeSpan.FromMilliseconds(100);

    /// <summary>Brings every migration up to the present, in steps that do not depend on who asks.</summary>
    private void Advance()
    {
        lock (_lock)
        {
            while (_flights.Count > 0 && _time.GetElapsedTime(_advancedTo) >= MigrationModel.Step)
            {
                _advancedTo += (long)(MigrationModel.Step.TotalSeconds * _time.TimestampFrequency);
                StepAll();
            }
        }
    }

    private void WatchTheClock()
    {
        if (_flights.Count > 0)
            return;
        _advancedTo = _time.GetTimestamp();
        _timer.Change(TimerPeriod, TimerPeriod);
    }

    private void StepAll()
    {
        var leaving = _flights.CountBy(flight => flight.Source).ToDictionary();
        var coming = _flights.CountBy(flight => flight.Destination).ToDictionary();
        foreach (var flight in _flights.ToList())
        {
            if (flight.IsBroken)
                continue;
            if (flight.IsHandedOver)
            {
                Confirm(flight);
                continue;
            }

            var share = IsCut(flight) ? 0 : Math.Min(
                (double)flight.Source.Link.Count / leaving[flight.Source],
                (double)flight.Destination.Link.Count / coming[flight.Destination]);
            var before = flight.Now;
            flight.Now = MigrationModel.Advance(before, share, MigrationModel.Step);
            Tell(flight, before, flight.Now);
        }

        if (_flights.Count == 0)
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Says and does what libvirt does between two moments of a migration.</summary>
    private static void Tell(FlightModel flight, SimulatedMigration before, SimulatedMigration now)
    {
        var (source, destination) = (flight.Source, flight.Destination);
        if (now.Iteration > before.Iteration)
            source.Tell(new MigrationIterated(flight.VmId, now.Iteration));
        if (now.Phase == before.Phase)
            return;

        switch (now.Phase)
        {
            case SimulatedPhase.SwitchOver:
                flight.AtSource.Become(VmRunState.PausedMigrating, "paused (migrating)");
                source.Tell(flight.AtSource, VmLifecycle.Suspended, isByMigration: true, "Suspended Migrated");
                break;
            case SimulatedPhase.PostCopy:
                flight.AtSource.Become(VmRunState.PausedPostCopy, "paused (post-copy)");
                source.Tell(flight.AtSource, VmLifecycle.Suspended, isByMigration: true, "Suspended Post-copy", isPostCopy: true);
                flight.AtDestination.QuotaPercent = flight.AtSource.QuotaPercent;
                flight.AtDestination.Become(VmRunState.RunningPostCopy, "running (post-copy)");
                destination.Tell(flight.AtDestination, VmLifecycle.Resumed, isByMigration: true, "Resumed Post-copy", isPostCopy: true);
                break;
            case SimulatedPhase.Completed:
                HandOver(flight);
                break;
        }
    }

    private bool IsCut(FlightModel flight) => _cuts.Contains((flight.Source.Name, flight.Destination.Name));

    /// <summary>The destination lets the machine run; the source hears of it a moment later.</summary>
    private static void HandOver(FlightModel flight)
    {
        var (destination, came) = (flight.Destination, flight.AtDestination);
        flight.IsHandedOver = true;
        came.Flight = null;
        came.IsPersistent |= flight.Options.Persistent;

        if (!flight.Now.IsPostCopyAsked)
            came.QuotaPercent = flight.AtSource.QuotaPercent;

        // As libvirt has it: after post-copy the destination keeps no account of the job.
        came.LastCompletedJob = flight.Now.IsPostCopyAsked ? null : flight.Stats(JobOperation.MigrationIn);
        came.Become(VmRunState.Running, "running (migrated)");
        destination.Tell(came, VmLifecycle.Resumed, isByMigration: true, "Resumed Migrated");
    }

    private void Confirm(FlightModel flight)
    {
        _flights.Remove(flight);
        var (source, left) = (flight.Source, flight.AtSource);
        left.IsPersistent &= !flight.Options.UndefineSource;
        left.LastCompletedJob = flight.Stats(JobOperation.MigrationOut);
        Stop(source, left, "shut off (migrated)", "Stopped Migrated", isByMigration: true);
        source.Tell(new JobCompleted(flight.VmId, flight.Stats(JobOperation.MigrationOut)));
        flight.Return(MigrateResult.Completed);
    }
}
