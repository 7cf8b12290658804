using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

public sealed partial class SimulatedCluster
{
    private readonly HashSet<(HostName, HostName)> _partitions = [];
    private long _version;

    /// <summary>Rises with everything that changes what <see cref="ListDomains"/> tells.</summary>
    internal long Version => Interlocked.Read(ref _version);

    /// <summary>Every machine on every host.</summary>
    internal IReadOnlyList<SimulatedDomain> ListDomains()
    {
        lock (_lock)
            return
            [
                .. _hosts.Values.SelectMany(host => host.Vms.Values.Select(
                    vm => new SimulatedDomain(host.Name, vm.Spec.Id, vm.Spec.Name, vm.State, vm.HasRunHere, vm.QuotaPercent))),
            ];
    }

    /// <summary>Every migration that runs.</summary>
    internal IReadOnlyList<SimulatedJob> ListJobs()
    {
        lock (_lock)
            return
            [
                .. _jobs.Select(job => new SimulatedJob(
                    job.VmId, job.Source.Name, job.Destination.Name, job.Progress.Phase, job.IsHandedOver)),
            ];
    }

    /// <summary>QEMU gives up a machine's migration; false if there is none that can fail now.</summary>
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

    /// <summary>Cuts two hosts' hypervisors off from each other: what is under way between them stands still until <see cref="Heal"/> or a failure.</summary>
    internal void Partition(HostName left, HostName right)
    {
        lock (_lock)
        {
            Advance();
            _partitions.Add((left, right));
            _partitions.Add((right, left));
        }
    }

    /// <summary>Lets two hosts' hypervisors reach each other again.</summary>
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
    /// A host's hypervisor daemon dies and comes back while its machines live on. Migrate calls lose their connection; outgoing
    /// jobs go on without them or are cancelled when the daemon is back, and machines that waited here for their memory are gone.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="jobsGoOn">Whether outgoing jobs that have not handed over go on.</param>
    /// <param name="leavesOrphans">Whether a machine that was handed over and not confirmed stays behind as a paused copy, as with libvirt.</param>
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

    /// <summary>The destination runs the machine and nobody confirms that to the source: its copy stays, paused and without a job.</summary>
    private void LeaveOrphan(JobModel job)
    {
        _jobs.Remove(job);
        job.SourceVm.Job = null;
        job.DestinationVm.Job = null;
        job.SourceVm.SetState(VmRunState.PausedMigrating, "paused (migrating)");
    }

    /// <summary>Both hosts live, and half of the memory is on each: neither can go on until <see cref="Recover"/>.</summary>
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
