using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Fleets;

/// <summary>The resources that an unfinished migration will still take on its destination, and that the host's own report does not show yet.</summary>
/// <param name="Migration">The migration.</param>
/// <param name="Vm">The VM; null if no host reports it.</param>
/// <param name="Memory">Memory that it will still take; zero for a VM backed by huge pages.</param>
/// <param name="HugePages">Memory in huge pages of the VM's page size that it will still take.</param>
/// <param name="VCpus">vCPUs that the host does not report yet.</param>
/// <param name="Bandwidth">Bandwidth of the link.</param>
public sealed record DestinationReservation(MigrationView Migration, VmDescription? Vm, Bytes Memory, Bytes HugePages, int VCpus, BytesPerSecond Bandwidth)
{
    /// <summary>Whether a migration holds resources of its destination: from its admission until its job has ended.</summary>
    public static bool IsHeldBy(MigrationView migration)
    {
        ArgumentNullException.ThrowIfNull(migration);
        return migration is { Outcome: null, Destination: not null } && migration.Phase is MigrationPhase.Preparing or MigrationPhase.Ready
            or MigrationPhase.Starting or MigrationPhase.PreCopy or MigrationPhase.SwitchOver or MigrationPhase.PostCopy;
    }

    internal static DestinationReservation FromMigration(MigrationView migration, VmDescription? vm, IndexedHost host, BytesPerSecond assumed)
    {
        var isCopying = migration.Phase is MigrationPhase.PreCopy or MigrationPhase.SwitchOver or MigrationPhase.PostCopy;
        var whole = vm?.Memory ?? migration.DataSize ?? Bytes.Zero;
        var copy = isCopying && migration.Sample is { } newest && newest.Epoch == migration.Epoch && newest.Copy.Memory.Total > Bytes.Zero ? newest.Copy : null;
        var rest = copy is null || copy.Memory.Remaining > whole ? whole : copy.Memory.Remaining;
        var isHuge = vm?.HugePageSize is not null;

        // QEMU allocates huge pages all at once when it starts on the destination, so the host reports them from then on.
        return new(
            migration, vm,
            isHuge ? Bytes.Zero : rest,
            isHuge && !isCopying ? whole : Bytes.Zero,
            vm is null || host.Capabilities.FindVm(vm.Id) is { Status: not VmStatus.Down } ? 0 : vm.VCpus,
            copy is { Bandwidth.Count: > 0 } ? copy.Bandwidth : migration.Options.Bandwidth ?? assumed);
    }
}
