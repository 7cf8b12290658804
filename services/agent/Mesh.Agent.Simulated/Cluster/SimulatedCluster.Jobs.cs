using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

public sealed partial class SimulatedCluster
{
    internal Task<MigrateResult> MigrateAsync(HostName from, VmMigration migration, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Advance();
            if (migration.IsRecovery)
                return Recover(from, migration, cancellation);
            if (FindMigrateError(from, migration) is { } objection)
                return Task.FromResult(new MigrateResult(MigrateOutcome.Failed, objection));

            var (source, destination) = (GetHost(from), FindDestination(migration)!);
            var (outgoing, options) = (source.Vms[migration.VmId], migration.Options);
            var incoming = new VmModel(outgoing.Spec, VmRunState.PausedMigrating, "paused (migrating)", destination.Changed)
            {
                IsPersistent = destination.Vms.TryGetValue(migration.VmId, out var defined) && defined.IsPersistent,
            };
            var job = new JobModel(source, destination, outgoing, incoming, options)
            {
                Progress = SimulatedMigration.Start(outgoing.Spec, CopiedDisks(outgoing.Spec, options), GetAutoConvergeSettings(options), outgoing.MaxDowntime, !options.Live) with
                {
                    Bandwidth = options.Bandwidth ?? outgoing.Bandwidth,
                    PostCopyBandwidth = options.PostCopyBandwidth ?? outgoing.PostCopyBandwidth,
                    QuotaPercent = outgoing.QuotaPercent,
                },
            };
            outgoing.Job = job;
            incoming.Job = job;
            destination.Vms[migration.VmId] = incoming;
            destination.Changed();
            StartTimer();
            _jobs.Add(job);
            destination.Publish(incoming, VmLifecycle.Started, isByMigration: true, "Started Migrated");
            if (!options.Live)
                outgoing.SetState(VmRunState.PausedMigrating, "paused (migrating)");
            return job.WaitAsync(cancellation);
        }
    }

    internal void Abort(HostModel host, VmId vm)
    {
        var job = FindRunningJob(host, vm);
        if (job.IsHandedOver)
            throw new HypervisorException(HypervisorErrorCode.Other, vm, "Requested operation is not valid: migration job is already completing");
        if (IsInPostCopy(job))
            throw new HypervisorException(HypervisorErrorCode.InPostCopy, vm, "Requested operation is not valid: cannot abort migration in post-copy mode");
        ReturnToSource(job, new MigrateResult(MigrateOutcome.Aborted, "operation aborted: job 'migration out' canceled by client"));
    }

    /// <summary>Removes a VM that waits here for its memory; its migration fails. If that has already failed the model has removed the VM itself, as libvirt does.</summary>
    internal void DestroyIncoming(HostModel host, VmId vm)
    {
        if (!host.Vms.TryGetValue(vm, out var model) || model.HasRunHere || model.State is not VmRunState.PausedMigrating)
            return;
        if (model.Job is { } job)
            ReturnToSource(job, new MigrateResult(MigrateOutcome.Failed, "operation failed: Lost connection to destination host"));
    }

    /// <summary>Destroys a paused copy, and the migration that it is part of, if any; the caller is responsible for that being safe.</summary>
    internal void DestroyOrphan(HostModel host, VmId vm)
    {
        if (GetVm(host, vm) is not { State: VmRunState.Paused or VmRunState.PausedMigrating or VmRunState.PausedPostCopy or VmRunState.PostCopyFailed } orphan)
            return;
        var job = orphan.Job;
        Stop(host, orphan, "shut off (destroyed)", "Stopped Destroyed");
        if (job is null)
            return;
        _jobs.Remove(job);
        if (!job.IsHandedOver && job.SourceVm == orphan)
            RemoveFromDestination(job);
        else if (job.DestinationVm == orphan)
            job.SourceVm.Job = null;
        job.Complete(new MigrateResult(MigrateOutcome.Failed, "operation failed: domain is no longer running"));
    }

    internal static JobModel FindRunningJob(HostModel host, VmId vm) =>
        GetVm(host, vm).Job is { } job && job.Source == host
            ? job
            : throw new HypervisorException(HypervisorErrorCode.NoJob, vm, "Requested operation is not valid: no job is active on the domain");

    internal static VmModel GetVm(HostModel host, VmId vm) =>
        host.Vms.GetValueOrDefault(vm)
        ?? throw new HypervisorException(HypervisorErrorCode.NoVm, vm, $"Domain not found: no domain with matching uuid '{vm}'");

    private void FailJobOfDeadHost(JobModel job)
    {
        var isRunningThere = IsInPostCopy(job);
        if (job.IsHandedOver && job.Source.IsDown)
        {
            _jobs.Remove(job);
            job.Complete(new MigrateResult(MigrateOutcome.Lost, "End of file while reading data: Input/output error"));
        }
        else if (job.Source.IsDown)
        {
            job.Complete(new MigrateResult(MigrateOutcome.Lost, "End of file while reading data: Input/output error"));
            if (isRunningThere)
                job.DestinationVm.SetState(VmRunState.PostCopyFailed, "running (post-copy failed)");
            else
                RemoveFromDestination(job);
            _jobs.Remove(job);
        }
        else if (isRunningThere)
        {
            // A part of the memory was lost with the destination, and the rest is here: the VM cannot continue.
            BreakPostCopy(job);
        }
        else
        {
            ReturnToSource(job, new MigrateResult(MigrateOutcome.Failed, "operation failed: Lost connection to destination host"));
        }
    }

    private void ReturnToSource(JobModel job, MigrateResult result)
    {
        _jobs.Remove(job);
        job.SourceVm.Job = null;
        if (job.SourceVm.State is VmRunState.PausedMigrating)
        {
            job.SourceVm.SetState(VmRunState.Running, "running (migration canceled)");
            job.Source.Publish(job.SourceVm, VmLifecycle.Resumed, isByMigration: true, "Resumed Migrated");
        }

        RemoveFromDestination(job);
        job.Complete(result);
    }

    private static void RemoveFromDestination(JobModel job)
    {
        job.DestinationVm.Job = null;
        if (!job.Destination.IsDown)
            Stop(job.Destination, job.DestinationVm, "shut off (failed)", "Stopped Failed");
    }

    private string? FindMigrateError(HostName from, VmMigration migration)
    {
        var (source, destination) = (GetHost(from), FindDestination(migration));
        if (!source.Vms.TryGetValue(migration.VmId, out var vm))
            return $"Domain not found: no domain with matching uuid '{migration.VmId}'";
        if (!vm.IsActive)
            return "Requested operation is not valid: domain is not running";
        if (vm.Job is not null)
            return $"operation failed: another migration job is already running for domain '{vm.Spec.Name}'";
        if (destination is null or { IsDown: true } || _partitions.Contains((from, destination.Name)))
            return $"operation failed: Failed to connect to remote libvirt URI {migration.DestinationUri}";
        if (destination == source)
            return "internal error: Attempt to migrate guest to the same host";
        if (destination.Vms.TryGetValue(migration.VmId, out var there) && there.IsActive)
            return $"Requested operation is not valid: domain '{vm.Spec.Name}' is already active";
        var missing = Copied(vm.Spec, migration.Options).FirstOrDefault(disk => !destination.Images.Contains(disk.Source));
        return missing is null
            ? null
            : $"Storage pool not found: no storage pool with matching target path '{Path.GetDirectoryName(missing.Source)}'";
    }

    private HostModel? FindDestination(VmMigration migration)
    {
        var rest = migration.DestinationUri[(migration.DestinationUri.IndexOf("://", StringComparison.Ordinal) is var at and >= 0 ? at + 3 : 0)..];
        var name = rest[..(rest.IndexOfAny([':', '/']) is var end and >= 0 ? end : rest.Length)];
        return _hosts.Values.FirstOrDefault(host => string.Equals(host.Name.Value, name, StringComparison.OrdinalIgnoreCase));
    }

    private static IEnumerable<Contracts.Vms.VmDisk> Copied(SimulatedVm vm, MigrationOptions options) =>
        options.CopyStorage is CopyStorage.None
            ? []
            : vm.Disks.Where(disk => !disk.ReadOnly && (options.MigrateDisks.Count == 0 ? !disk.Shareable : options.MigrateDisks.Contains(disk.Target)));

    private static Bytes CopiedDisks(SimulatedVm vm, MigrationOptions options) =>
        new(Copied(vm, options).Sum(disk => (options.CopyStorage is CopyStorage.Incremental ? disk.Allocation ?? disk.Capacity : disk.Capacity)?.Count ?? 0));

    private static AutoConvergeSettings? GetAutoConvergeSettings(MigrationOptions options) =>
        options.AutoConverge ? new AutoConvergeSettings(options.AutoConvergeInitial?.Value ?? 20, options.AutoConvergeIncrement?.Value ?? 10) : null;

    /// <summary>Resumes a failed post-copy if both hosts are up and can reach each other; otherwise nothing changes.</summary>
    private Task<MigrateResult> Recover(HostName from, VmMigration migration, CancellationToken cancellation)
    {
        if (FindRecoveryError(GetHost(from), migration) is { } objection)
            return Task.FromResult(new MigrateResult(MigrateOutcome.Failed, objection));

        var job = GetHost(from).Vms[migration.VmId].Job!;
        job.Resume();
        job.SourceVm.SetState(VmRunState.PausedPostCopy, "paused (post-copy)");
        job.Source.Publish(job.SourceVm, VmLifecycle.Suspended, isByMigration: true, "Suspended Post-copy", isPostCopy: true);
        job.DestinationVm.SetState(VmRunState.RunningPostCopy, "running (post-copy)");
        job.Destination.Publish(job.DestinationVm, VmLifecycle.Resumed, isByMigration: true, "Resumed Post-copy", isPostCopy: true);
        return job.WaitAsync(cancellation);
    }

    private string? FindRecoveryError(HostModel source, VmMigration migration)
    {
        if (!source.Vms.TryGetValue(migration.VmId, out var left))
            return $"Domain not found: no domain with matching uuid '{migration.VmId}'";
        if (left.Job is not { IsBroken: true } job || job.Source != source)
            return $"Requested operation is not valid: domain '{left.Spec.Name}' is not being migrated";
        var reached = FindDestination(migration);
        if (reached is null or { IsDown: true } or { Link.Count: 0 } || source.Link.Count == 0 || _partitions.Contains((source.Name, reached.Name)))
            return $"operation failed: Failed to connect to remote libvirt URI {migration.DestinationUri}";
        return reached == job.Destination && job.DestinationVm.State is VmRunState.PostCopyFailed
            ? null
            : $"Requested operation is not valid: no domain '{left.Spec.Name}' waits for its memory on {reached.Name}";
    }
}
