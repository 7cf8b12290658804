using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Fleets;

/// <summary>What an unfinished migration will still take of its destination, and what the host's own numbers do not show yet.</summary>
/// <param name="Migration">The migration.</param>
/// <param name="Vm">The machine; null if no host describes it.</param>
/// <param name="Memory">Memory that it will still take; nothing of a machine whose memory is huge pages.</param>
/// <param name="HugePages">Memory that it will still take of huge pages of the machine's size.</param>
/// <param name="VCpus">Virtual processors that are not counted there yet.</param>
/// <param name="Bandwidth">What it takes of the link.</param>
public sealed record DestinationReservation(MigrationView Migration, VmDescription? Vm, Bytes Memory, Bytes HugePages, int VCpus, BytesPerSecond Bandwidth)
{
    /// <summary>Whether a migration has a place on its destination: from its admission until the job is over.</summary>
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
        var sample = isCopying && migration.Sample is { } newest && newest.Epoch == migration.Epoch && newest.Memory.Total > Bytes.Zero ? newest : null;
        var rest = sample is null || sample.Memory.Remaining > whole ? whole : sample.Memory.Remaining;
        var isHuge = vm?.HugePageSize is not null;

        // QEMU takes huge pages all at once when it starts on the destination, so the host's own numbers show them from then on.
        return new(
            migration, vm,
            isHuge ? Bytes.Zero : rest,
            isHuge && !isCopying ? whole : Bytes.Zero,
            vm is null || host.Capabilities.FindVm(vm.Id) is { Status: not VmStatus.Down } ? 0 : vm.VCpus,
            sample is { Bandwidth.Count: > 0 } ? sample.Bandwidth : migration.Options.Bandwidth ?? assumed);
    }
}
