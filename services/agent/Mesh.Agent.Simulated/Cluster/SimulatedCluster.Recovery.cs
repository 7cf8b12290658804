using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

public sealed partial class SimulatedCluster
{
    /// <summary>Takes a broken post-copy up again, if both hosts are there and reach each other; otherwise all stays as it is.</summary>
    private Task<MigrateResult> Recover(HostName from, VmMigration migration, CancellationToken cancellation)
    {
        if (RecoveryObjection(Host(from), migration) is { } objection)
            return Task.FromResult(new MigrateResult(MigrateOutcome.Failed, objection));

        var flight = Host(from).Vms[migration.VmId].Flight!;
        flight.GoOn();
        flight.AtSource.Become(VmRunState.PausedPostCopy, "paused (post-copy)");
        flight.Source.Tell(flight.AtSource, VmLifecycle.Suspended, isByMigration: true, "Suspended Post-copy", isPostCopy: true);
        flight.AtDestination.Become(VmRunState.RunningPostCopy, "running (post-copy)");
        flight.Destination.Tell(flight.AtDestination, VmLifecycle.Resumed, isByMigration: true, "Resumed Post-copy", isPostCopy: true);
        return flight.WaitAsync(cancellation);
    }

    private string? RecoveryObjection(HostModel source, VmMigration migration)
    {
        if (!source.Vms.TryGetValue(migration.VmId, out var left))
            return $"Domain not found: no domain with matching uuid '{migration.VmId}'";
        if (left.Flight is not { IsBroken: true } flight || flight.Source != source)
            return $"Requested operation is not valid: domain '{left.Spec.Name}' is not being migrated";
        var reached = Destination(migration);
        if (reached is null or { IsDown: true } or { Link.Count: 0 } || source.Link.Count == 0 || _cuts.Contains((source.Name, reached.Name)))
            return $"operation failed: Failed to connect to remote libvirt URI {migration.DestinationUri}";
        return reached == flight.Destination && flight.AtDestination.State is VmRunState.PostCopyFailed
            ? null
            : $"Requested operation is not valid: no domain '{left.Spec.Name}' waits for its memory on {reached.Name}";
    }
}
