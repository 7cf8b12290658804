using System.Threading.Channels;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Hypervisors;

/// <summary>
/// What an agent needs of its host's hypervisor. Every call except <see cref="MigrateAsync"/> has a timeout, may be made from any thread,
/// and throws <see cref="HypervisorException"/> when the hypervisor rejects it or does not respond.
/// </summary>
public interface IHypervisor : IAsyncDisposable
{
    /// <summary>Events of VMs and jobs, in the hypervisor's order; for one reader.</summary>
    ChannelReader<HypervisorEvent> Events { get; }

    /// <summary>Capacity, hypervisor, networks and storage of the host.</summary>
    Task<HostDescription> DescribeHostAsync(CancellationToken cancellation);

    /// <summary>The state of every VM. Cheap: called at every tick, and never blocked by a job.</summary>
    Task<IReadOnlyList<VmState>> ListVmsAsync(CancellationToken cancellation);

    /// <summary>The state of one VM; null if the host does not have it. As cheap.</summary>
    Task<VmState?> FindVmAsync(VmId vm, CancellationToken cancellation);

    /// <inheritdoc cref="FindVmAsync(VmId, CancellationToken)" />
    Task<VmState?> FindVmByNameAsync(string name, CancellationToken cancellation);

    /// <summary>
    /// One VM in full, running or not; null if the host does not have it. One that does not respond is marked
    /// (<see cref="VmDescription.NotResponding"/>) and described as far as the hypervisor knows it.
    /// </summary>
    Task<VmDescription?> DescribeVmAsync(VmId vm, CancellationToken cancellation);

    /// <summary>
    /// The VM's running job; null if it has none. May take seconds during QEMU's final pass; calls made meanwhile wait for the same
    /// answer.
    /// </summary>
    /// <exception cref="HypervisorException">Among others <see cref="HypervisorErrorCode.VmNotResponding"/>.</exception>
    Task<HypervisorJob?> ReadJobAsync(VmId vm, CancellationToken cancellation);

    /// <summary>The VM's last completed job; null if the hypervisor has none, as for a VM that has left.</summary>
    Task<HypervisorJob?> ReadCompletedJobAsync(VmId vm, CancellationToken cancellation);

    /// <summary>
    /// The address by which a destination's URI resolves to this host itself, so that the VM would be sent to where it is; null if it
    /// resolves to another host, or if that cannot be determined in time.
    /// </summary>
    Task<string?> FindLoopbackAddressAsync(string destinationUri, CancellationToken cancellation);

    /// <summary>
    /// Migrates a VM, peer to peer, and returns when the job has ended. Cancelling abandons the wait, not the job, which only
    /// <see cref="AbortJobAsync"/> ends. A recovery that cannot start leaves VM and job unchanged.
    /// </summary>
    Task<MigrateResult> MigrateAsync(VmMigration migration, CancellationToken cancellation);

    /// <summary>Aborts the VM's job.</summary>
    /// <exception cref="HypervisorException">
    /// <see cref="HypervisorErrorCode.NoJob"/>, or <see cref="HypervisorErrorCode.InPostCopy"/> when that would lose the VM.
    /// </exception>
    Task AbortJobAsync(VmId vm, CancellationToken cancellation);

    /// <summary>The maximum downtime that QEMU plans for at the switchover.</summary>
    Task<TimeSpan> GetMaxDowntimeAsync(VmId vm, CancellationToken cancellation);

    /// <summary>Sets the maximum downtime, of a running migration or of the next one.</summary>
    Task SetMaxDowntimeAsync(VmId vm, TimeSpan downtime, CancellationToken cancellation);

    /// <summary>Sets the bandwidth limit of a stage, of a running migration or of the next one; null for none.</summary>
    Task SetBandwidthAsync(VmId vm, CopyStage stage, BytesPerSecond? limit, CancellationToken cancellation);

    /// <summary>Switches a running migration to post-copy, which must have been enabled when it started.</summary>
    Task StartPostCopyAsync(VmId vm, CancellationToken cancellation);

    /// <summary>
    /// Throttles a VM's vCPUs by a quota, also during its migration: each gets that much less time than it had before; 0 removes the
    /// throttle. The quota may travel with the VM: the host where it ends finds it in <see cref="VmDescription.Throttle"/> and must remove
    /// it.
    /// </summary>
    /// <exception cref="HypervisorException"><see cref="HypervisorErrorCode.Unsupported"/> where the host does not support it.</exception>
    Task SetThrottleAsync(VmId vm, Percent throttle, CancellationToken cancellation);

    /// <summary>Restores the time that a VM's vCPUs had before they were throttled; does nothing if they are not throttled.</summary>
    Task LiftThrottleAsync(VmId vm, CancellationToken cancellation);

    /// <summary>Suspends a VM; its migration continues.</summary>
    Task SuspendAsync(VmId vm, CancellationToken cancellation);

    /// <summary>Resumes a suspended VM.</summary>
    Task ResumeAsync(VmId vm, CancellationToken cancellation);

    /// <summary>Whether an image, or anything else, exists at a path.</summary>
    Task<bool> ImageExistsAsync(string path, CancellationToken cancellation);

    /// <summary>
    /// Creates the image that a disk is copied to: same path, format and capacity, and for <see cref="CopyStorage.Incremental"/> the same
    /// backing file, which must exist.
    /// </summary>
    /// <exception cref="HypervisorException"><see cref="HypervisorErrorCode.ImageExists"/> if something exists at the path.</exception>
    Task CreateImageAsync(VmDisk disk, CopyStorage copyStorage, CancellationToken cancellation);

    /// <summary>Deletes an image; does nothing if there is none.</summary>
    Task DeleteImageAsync(string path, CancellationToken cancellation);

    /// <summary>
    /// Removes a VM that waits for a migration which will not arrive any more. Does nothing unless the VM is paused and has never run
    /// here.
    /// </summary>
    Task DestroyIncomingAsync(VmId vm, CancellationToken cancellation);

    /// <summary>Destroys an orphaned copy of a VM that runs elsewhere. Does nothing unless the copy is paused.</summary>
    Task DestroyOrphanAsync(VmId vm, CancellationToken cancellation);
}
