using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

public sealed partial class SimulatedCluster
{
    /// <summary>Takes a broken post-copy up again, if both hosts are there and reach each other; otherwise all stays as it is.</summary>
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
