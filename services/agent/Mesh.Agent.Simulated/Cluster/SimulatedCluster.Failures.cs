using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

public sealed partial class SimulatedCluster
{
    private readonly HashSet<(HostName, HostName)> _partitions = [];
    private long _version;

    /// <summary>Rises with every change to the result of <see cref="ListDomains"/>.</summary>
    internal long Version => Interlocked.Read(ref _version);

    /// <summary>Every VM on every host.</summary>
    internal IReadOnlyList<SimulatedDomain> ListDomains()
    {
        lock (_lock)
            return
            [
                .. _hosts.Values.SelectMany(host => host.Vms.Values.Select(
                    vm => new SimulatedDomain(host.Name, vm.Spec.Id, vm.Spec.Name, vm.State, vm.HasRunHere, vm.QuotaPercent))),
            ];
    }

    /// <summary>Every running migration.</summary>
    internal IReadOnlyList<SimulatedJob> ListJobs()
    {
        lock (_lock)
            return
            [
                .. _jobs.Select(job => new SimulatedJob(
                    job.VmId, job.Source.Name, job.Destination.Name, job.Progress.Phase, job.IsHandedOver)),
            ];
    }

    /// <summary>Fails a VM's migration in QEMU; false if none can fail now.</summary>
    internal bool FailJob(VmId vm, string error)
    {
        lock (_lock)
        {
            Advance();
            if (_jobs.FirstOrDefault(job => job.VmId == vm) is not { IsHandedOver: false } job)
                return false;
            if (IsInPostCopy(job))
                BreakPostCopy(job);
            else
                ReturnToSource(job, new MigrateResult(MigrateOutcome.Failed, error));
            return true;
        }
    }

    /// <summary>Partitions two hosts' hypervisors: migrations between them stop progressing until <see cref="Heal"/> or a failure.</summary>
    internal void Partition(HostName left, HostName right)
    {
        lock (_lock)
        {
            Advance();
            _partitions.Add((left, right));
            _partitions.Add((right, left));
        }
    }

    /// <summary>Ends the partition between two hosts' hypervisors.</summary>
    internal void Heal(HostName left, HostName right)
    {
        lock (_lock)
        {
            Advance();
            _partitions.Remove((left, right));
            _partitions.Remove((right, left));
        }
    }

    /// <summary>
    /// Restarts a host's hypervisor daemon while its VMs continue to run. Migrate calls lose their connection; outgoing jobs continue without
    /// them or are cancelled when the daemon is back, and VMs that waited here for their memory are removed.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="jobsGoOn">Whether outgoing jobs that have not handed over continue.</param>
    /// <param name="leavesOrphans">Whether a VM that was handed over and not confirmed leaves a paused copy, as with libvirt.</param>
    internal void RestartDaemon(HostName host, bool jobsGoOn, bool leavesOrphans)
    {
        lock (_lock)
        {
            Advance();
            var daemon = GetHost(host);
            foreach (var job in _jobs.Where(job => job.Source == daemon || job.Destination == daemon).ToList())
                Disconnect(job, daemon, jobsGoOn, leavesOrphans);
        }
    }

    private void Disconnect(JobModel job, HostModel daemon, bool jobsGoOn, bool leavesOrphans)
    {
        var lost = new MigrateResult(MigrateOutcome.Lost, "internal error: client socket is closed");
        if (job.Source != daemon)
        {
            if (!job.IsHandedOver && !IsInPostCopy(job))
                ReturnToSource(job, new MigrateResult(MigrateOutcome.Failed, "operation failed: Lost connection to destination host"));
            return;
        }

        job.Complete(lost);
        if (job.IsHandedOver && leavesOrphans)
            LeaveOrphan(job);
        else if (!job.IsHandedOver && !jobsGoOn && !IsInPostCopy(job))
            ReturnToSource(job, lost);
    }

    /// <summary>The destination runs the VM and the source cannot confirm it: the source's copy remains, paused and without a job.</summary>
    private void LeaveOrphan(JobModel job)
    {
        _jobs.Remove(job);
        job.SourceVm.Job = null;
        job.DestinationVm.Job = null;
        job.SourceVm.SetState(VmRunState.PausedMigrating, "paused (migrating)");
    }

    /// <summary>Both hosts are up, and each has a part of the memory: the VM stays paused until <see cref="Recover"/>.</summary>
    private static void BreakPostCopy(JobModel job)
    {
        job.IsBroken = true;
        job.SourceVm.SetState(VmRunState.PostCopyFailed, "paused (post-copy failed)");
        job.Source.Publish(job.SourceVm, VmLifecycle.Suspended, isByMigration: true, "Suspended Post-copy Error");
        if (!job.Destination.IsDown)
        {
            job.DestinationVm.SetState(VmRunState.PostCopyFailed, "running (post-copy failed)");
            job.Destination.Publish(job.DestinationVm, VmLifecycle.Resumed, isByMigration: true, "Resumed Post-copy Error");
        }

        job.Complete(new MigrateResult(MigrateOutcome.Failed, "operation failed: job 'migration out' failed in post-copy phase"));
    }

    private static bool IsInPostCopy(JobModel job) => job.SourceVm.State is VmRunState.PausedPostCopy or VmRunState.PostCopyFailed;
}
