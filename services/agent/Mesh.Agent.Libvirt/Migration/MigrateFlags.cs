namespace Mesh.Agent.Libvirt;

/// <summary>How a migration is done (<c>virDomainMigrateFlags</c>).</summary>
[Flags]
public enum MigrateFlags
{
    /// <summary>An offline copy: the guest is paused while it is copied, and the client controls the migration.</summary>
    None = 0,

    /// <summary>Copy the memory while the guest runs (<c>VIR_MIGRATE_LIVE</c>).</summary>
    Live = 1 << 0,

    /// <summary>
    /// The source daemon talks to the destination daemon; the job survives the death of its client
    /// (<c>VIR_MIGRATE_PEER2PEER</c>).
    /// </summary>
    PeerToPeer = 1 << 1,

    /// <summary>
    /// Send the data through the daemons' connection. Only with <see cref="PeerToPeer"/> (<c>VIR_MIGRATE_TUNNELLED</c>).
    /// </summary>
    Tunnelled = 1 << 2,

    /// <summary>
    /// Define the domain on the destination when the migration has succeeded (<c>VIR_MIGRATE_PERSIST_DEST</c>).
    /// </summary>
    PersistDestination = 1 << 3,

    /// <summary>
    /// Undefine the domain on the source when the migration has succeeded (<c>VIR_MIGRATE_UNDEFINE_SOURCE</c>).
    /// </summary>
    UndefineSource = 1 << 4,

    /// <summary>Leave the domain suspended on the destination (<c>VIR_MIGRATE_PAUSED</c>).</summary>
    Paused = 1 << 5,

    /// <summary>
    /// Copy whole disk images too. Not with <see cref="NonSharedIncremental"/> (<c>VIR_MIGRATE_NON_SHARED_DISK</c>).
    /// </summary>
    NonSharedDisk = 1 << 6,

    /// <summary>
    /// Copy the top image of each disk only; the backing images are on the destination already
    /// (<c>VIR_MIGRATE_NON_SHARED_INC</c>).
    /// </summary>
    NonSharedIncremental = 1 << 7,

    /// <summary>
    /// Fail if the domain's configuration cannot be protected from changes meanwhile (<c>VIR_MIGRATE_CHANGE_PROTECTION</c>).
    /// </summary>
    ChangeProtection = 1 << 8,

    /// <summary>Migrate although libvirt considers it unsafe (<c>VIR_MIGRATE_UNSAFE</c>).</summary>
    Unsafe = 1 << 9,

    /// <summary>
    /// Migrate the definition of a domain that does not run. Needs <see cref="PersistDestination"/> (<c>VIR_MIGRATE_OFFLINE</c>).
    /// </summary>
    Offline = 1 << 10,

    /// <summary>Compress the data, by the methods among the parameters (<c>VIR_MIGRATE_COMPRESSED</c>).</summary>
    Compressed = 1 << 11,

    /// <summary>
    /// Cancel the migration when an I/O error happens in the guest meanwhile (<c>VIR_MIGRATE_ABORT_ON_ERROR</c>).
    /// </summary>
    AbortOnError = 1 << 12,

    /// <summary>
    /// Let the hypervisor throttle the guest's CPUs when the copy does not converge (<c>VIR_MIGRATE_AUTO_CONVERGE</c>).
    /// </summary>
    AutoConverge = 1 << 13,

    /// <summary>Pin all guest memory before an RDMA migration (<c>VIR_MIGRATE_RDMA_PIN_ALL</c>).</summary>
    RdmaPinAll = 1 << 14,

    /// <summary>
    /// Arm post-copy: <see cref="LibvirtDomain.StartPostCopy"/> can switch to it later (<c>VIR_MIGRATE_POSTCOPY</c>).
    /// </summary>
    PostCopy = 1 << 15,

    /// <summary>Encrypt the data with the hypervisor's TLS environment (<c>VIR_MIGRATE_TLS</c>).</summary>
    Tls = 1 << 16,

    /// <summary>Send memory over several connections (<c>VIR_MIGRATE_PARALLEL</c>).</summary>
    Parallel = 1 << 17,

    /// <summary>
    /// Write the guest's disk writes to both sides, so that the disk copy converges
    /// (<c>VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES</c>).
    /// </summary>
    NonSharedSynchronousWrites = 1 << 18,

    /// <summary>
    /// Resume a migration that failed in its post-copy phase. libvirt 8.5 or newer (<c>VIR_MIGRATE_POSTCOPY_RESUME</c>).
    /// </summary>
    PostCopyResume = 1 << 19,

    /// <summary>
    /// Send memory without copying it first. libvirt 8.5 or newer, only with <see cref="Parallel"/>
    /// (<c>VIR_MIGRATE_ZEROCOPY</c>).
    /// </summary>
    ZeroCopy = 1 << 20,
}
