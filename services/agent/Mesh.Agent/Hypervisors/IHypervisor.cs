using System.Threading.Channels;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Hypervisors;

/// <summary>
/// What an agent needs of the hypervisor of its host. Every call but <see cref="MigrateAsync"/> is bounded in time, may be made
/// from any thread, and throws <see cref="HypervisorException"/> when the hypervisor says no or does not answer.
/// </summary>
public interface IHypervisor : IAsyncDisposable
{
    /// <summary>What happens to machines and jobs, in the order the hypervisor tells it; for one reader.</summary>
    ChannelReader<HypervisorEvent> Events { get; }

    /// <summary>The host's capacity and what runs its machines.</summary>
    Task<HostDescription> DescribeHostAsync(CancellationToken cancellation);

    /// <summary>Every machine in full, running or not.</summary>
    Task<IReadOnlyList<VmDescription>> DescribeVmsAsync(CancellationToken cancellation);

    /// <summary>The state of every machine. Cheap: asked at each tick, and never held up by a job.</summary>
    Task<IReadOnlyList<VmState>> ListVmsAsync(CancellationToken cancellation);

    /// <summary>
    /// The machine's running job; null if it has none. May take seconds while QEMU makes its final pass; asking again meanwhile
    /// waits for the same answer.
    /// </summary>
    Task<HypervisorJob?> ReadJobAsync(VmId vm, CancellationToken cancellation);

    /// <summary>The machine's last completed job; null if the hypervisor kept none, as for a machine that has gone.</summary>
    Task<HypervisorJob?> ReadCompletedJobAsync(VmId vm, CancellationToken cancellation);

    /// <summary>
    /// The address by which a destination's URI leads back to this very host, so that a machine would be sent to where it is; null if it
    /// leads elsewhere, or if nobody can tell in time.
    /// </summary>
    Task<string?> FindLoopbackAddressAsync(string destinationUri, CancellationToken cancellation);

    /// <summary>
    /// Moves a machine, peer to peer, and returns when the job is over. Cancelling abandons the wait, not the job, which only
    /// <see cref="AbortJobAsync"/> ends. A recovery that cannot begin leaves machine and job as they are.
    /// </summary>
    Task<MigrateResult> MigrateAsync(VmMigration migration, CancellationToken cancellation);

    /// <summary>Aborts the machine's job.</summary>
    /// <exception cref="HypervisorException">
    /// <see cref="HypervisorErrorCode.NoJob"/>, or <see cref="HypervisorErrorCode.InPostCopy"/> when that would lose the machine.
    /// </exception>
    Task AbortJobAsync(VmId vm, CancellationToken cancellation);

    /// <summary>The downtime that may be planned for at the switch-over.</summary>
    Task<TimeSpan> GetMaxDowntimeAsync(VmId vm, CancellationToken cancellation);

    /// <summary>Sets that downtime, for a migration that runs or for the next one.</summary>
    Task SetMaxDowntimeAsync(VmId vm, TimeSpan downtime, CancellationToken cancellation);

    /// <summary>The limit of a stage's data rate; null if there is none in effect.</summary>
    Task<BytesPerSecond?> GetBandwidthAsync(VmId vm, CopyStage stage, CancellationToken cancellation);

    /// <summary>Sets the limit of a stage's data rate, for a migration that runs or for the next one; null for none.</summary>
    Task SetBandwidthAsync(VmId vm, CopyStage stage, BytesPerSecond? limit, CancellationToken cancellation);

    /// <summary>Changes a running migration over to post-copy, for which it must have been armed.</summary>
    Task StartPostCopyAsync(VmId vm, CancellationToken cancellation);

    /// <summary>
    /// Slows a machine's processors down, also while it is migrated: each gets a quota of its time, which is so much less than it had
    /// before. 0 gives all of it back. The quota may travel with the machine: the host where it ends finds it in
    /// <see cref="VmDescription.Throttle"/> and must lift it.
    /// </summary>
    /// <exception cref="HypervisorException"><see cref="HypervisorErrorCode.Unsupported"/> where the host cannot do that.</exception>
    Task SetThrottleAsync(VmId vm, Percent throttle, CancellationToken cancellation);

    /// <summary>Gives a machine's processors back what they had before they were slowed down; does nothing if they have it.</summary>
    Task LiftThrottleAsync(VmId vm, CancellationToken cancellation);

    /// <summary>Suspends a machine; a migration of it goes on.</summary>
    Task SuspendAsync(VmId vm, CancellationToken cancellation);

    /// <summary>Lets a suspended machine run again.</summary>
    Task ResumeAsync(VmId vm, CancellationToken cancellation);

    /// <summary>Whether there is an image, or anything else, at a path.</summary>
    Task<bool> ImageExistsAsync(string path, CancellationToken cancellation);

    /// <summary>
    /// Creates the image that a disk is copied to: same path, format and capacity, and for
    /// <see cref="CopyStorage.Incremental"/> the same backing file, which must exist.
    /// </summary>
    /// <exception cref="HypervisorException"><see cref="HypervisorErrorCode.ImageExists"/> if there is something already.</exception>
    Task CreateImageAsync(VmDisk disk, CopyStorage copyStorage, CancellationToken cancellation);

    /// <summary>Deletes an image; does nothing if there is none.</summary>
    Task DeleteImageAsync(string path, CancellationToken cancellation);

    /// <summary>
    /// Removes a machine that waits for a migration which will not come any more. Does nothing unless the machine is paused and
    /// has never run here.
    /// </summary>
    Task DestroyIncomingAsync(VmId vm, CancellationToken cancellation);

    /// <summary>Destroys a copy that stands still, because the machine runs elsewhere. Does nothing unless it is paused.</summary>
    Task DestroyOrphanAsync(VmId vm, CancellationToken cancellation);
}
