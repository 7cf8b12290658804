using Mesh.Agent.Hypervisors;

namespace Mesh.Agent.Simulated;

public sealed partial class SimulatedCluster
{
    private static readonly TimeSpan TimerPeriod = TimeSpan.FromMilliseconds(100);

    /// <summary>Advances every migration to the present, in steps that do not depend on the caller.</summary>
    private void Advance()
    {
        lock (_lock)
        {
            while (_jobs.Count > 0 && _time.GetElapsedTime(_advancedTo) >= MigrationModel.Step)
            {
                _advancedTo += (long)(MigrationModel.Step.TotalSeconds * _time.TimestampFrequency);
                StepAll();
            }
        }
    }

    private void StartTimer()
    {
        if (_jobs.Count > 0)
            return;
        _advancedTo = _time.GetTimestamp();
        _timer.Change(TimerPeriod, TimerPeriod);
    }

    private void StepAll()
    {
        var outgoing = _jobs.CountBy(job => job.Source).ToDictionary();
        var incoming = _jobs.CountBy(job => job.Destination).ToDictionary();
        foreach (var job in _jobs.ToList())
        {
            if (job.IsBroken)
                continue;
            if (job.IsHandedOver)
            {
                ConfirmOnSource(job);
                continue;
            }

            var share = IsPartitioned(job) ? 0 : Math.Min(
                (double)job.Source.Link.Count / outgoing[job.Source],
                (double)job.Destination.Link.Count / incoming[job.Destination]);
            var before = job.Progress;
            job.Progress = MigrationModel.Advance(before, share, MigrationModel.Step);
            ApplyTransition(job, before, job.Progress);
        }

        if (_jobs.Count == 0)
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Applies libvirt's state changes and events between two steps of a migration.</summary>
    private static void ApplyTransition(JobModel job, SimulatedMigration before, SimulatedMigration now)
    {
        var (source, destination) = (job.Source, job.Destination);
        if (now.Iteration > before.Iteration)
            source.Publish(new MigrationIterated(job.VmId, now.Iteration));
        if (now.Phase == before.Phase)
            return;

        switch (now.Phase)
        {
            case SimulatedPhase.SwitchOver:
                job.SourceVm.SetState(VmRunState.PausedMigrating, "paused (migrating)");
                source.Publish(job.SourceVm, VmLifecycle.Suspended, isByMigration: true, "Suspended Migrated");
                break;
            case SimulatedPhase.PostCopy:
                job.SourceVm.SetState(VmRunState.PausedPostCopy, "paused (post-copy)");
                source.Publish(job.SourceVm, VmLifecycle.Suspended, isByMigration: true, "Suspended Post-copy", isPostCopy: true);
                job.DestinationVm.QuotaPercent = job.SourceVm.QuotaPercent;
                job.DestinationVm.SetState(VmRunState.RunningPostCopy, "running (post-copy)");
                destination.Publish(job.DestinationVm, VmLifecycle.Resumed, isByMigration: true, "Resumed Post-copy", isPostCopy: true);
                break;
            case SimulatedPhase.Completed:
                HandOver(job);
                break;
        }
    }

    private bool IsPartitioned(JobModel job) => _partitions.Contains((job.Source.Name, job.Destination.Name));

    /// <summary>The destination runs the VM; the source confirms it in the next step.</summary>
    private static void HandOver(JobModel job)
    {
        var (destination, destinationVm) = (job.Destination, job.DestinationVm);
        job.IsHandedOver = true;
        destinationVm.Job = null;
        destinationVm.IsPersistent |= job.Options.Persistent;

        if (!job.Progress.IsPostCopyRequested)
            destinationVm.QuotaPercent = job.SourceVm.QuotaPercent;

        // As in libvirt: after post-copy the destination has no statistics of the job.
        destinationVm.LastCompletedJob = job.Progress.IsPostCopyRequested ? null : job.ToHypervisorJob(JobOperation.MigrationIn);
        destinationVm.SetState(VmRunState.Running, "running (migrated)");
        destination.Publish(destinationVm, VmLifecycle.Resumed, isByMigration: true, "Resumed Migrated");
    }

    private void ConfirmOnSource(JobModel job)
    {
        _jobs.Remove(job);
        var (source, left) = (job.Source, job.SourceVm);
        left.IsPersistent &= !job.Options.UndefineSource;
        left.LastCompletedJob = job.ToHypervisorJob(JobOperation.MigrationOut);
        Stop(source, left, "shut off (migrated)", "Stopped Migrated", isByMigration: true);
        source.Publish(new JobCompleted(job.VmId, job.ReadStatistics()));
        job.Complete(MigrateResult.Completed);
    }
}
