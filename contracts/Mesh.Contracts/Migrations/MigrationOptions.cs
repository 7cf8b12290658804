using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>
/// How a VM is migrated: what <c>virsh migrate</c> and <c>virsh migrate-set*</c> offer (seed <c>virsh-live-migration</c>).
/// What QEMU cannot change during a migration is fixed when it starts.
/// </summary>
public sealed record MigrationOptions
{
    /// <summary>Whether the VM keeps running while it is copied; false pauses it first (<c>--live</c>).</summary>
    public bool Live { get; init; } = true;

    /// <summary>Whether QEMU throttles the vCPUs when memory is dirtied faster than it is copied (<c>--auto-converge</c>).</summary>
    public bool AutoConverge { get; init; }

    /// <summary>First step of auto-converge, 1 to 99; null leaves QEMU's 20 %.</summary>
    public Percent? AutoConvergeInitial { get; init; }

    /// <summary>Each further step of auto-converge, 1 to 99; null leaves QEMU's 10 %.</summary>
    public Percent? AutoConvergeIncrement { get; init; }

    /// <summary>How memory is compressed on the wire, as libvirt names it (<c>xbzrle</c>, <c>zstd</c>, <c>zlib</c>); empty for not at all.</summary>
    public IReadOnlyList<string> Compression { get; init; } = [];

    /// <summary>Parallel connections, 1 to 255 (<c>--parallel --parallel-connections</c>); null for a single ordinary stream.</summary>
    public int? ParallelConnections { get; init; }

    /// <summary>Whether the migration may switch to post-copy (<c>--postcopy</c>); armed at the start because QEMU requires that.</summary>
    public bool PostCopy { get; init; }

    /// <summary>After this time in pre-copy <see cref="TimeoutAction"/> is taken (<c>--timeout</c>); null for never.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What happens at <see cref="Timeout"/>.</summary>
    public TimeoutAction TimeoutAction { get; init; } = TimeoutAction.Suspend;

    /// <summary>Whether the VM is persistent on the destination (<c>--persistent</c>).</summary>
    public bool Persistent { get; init; }

    /// <summary>Whether the definition is removed from the source after success (<c>--undefinesource</c>).</summary>
    public bool UndefineSource { get; init; }

    /// <summary>Whether disks are copied as well, for VMs without shared storage.</summary>
    public CopyStorage CopyStorage { get; init; }

    /// <summary>Targets of the disks to copy, such as <c>vda</c> (<c>--migrate-disks</c>); empty for every writable disk that is not shared.</summary>
    public IReadOnlyList<string> MigrateDisks { get; init; } = [];

    /// <summary>The pre-copy bandwidth limit; null for libvirt's own (in effect none).</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>The post-copy bandwidth limit; null for none.</summary>
    public BytesPerSecond? PostCopyBandwidth { get; init; }

    /// <summary>The downtime that QEMU may plan for at the switchover, 1 ms to 2000 s; null for QEMU's 300 ms.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>Time between keepalive probes of the agent's libvirt connection, in whole seconds; null for the agent's own setting, zero for no probes.</summary>
    public TimeSpan? KeepAliveInterval { get; init; }

    /// <summary>Unanswered probes after which the connection counts as broken; null for the agent's own setting.</summary>
    public int? KeepAliveCount { get; init; }

    /// <summary>Whether the migration's data is encrypted with libvirt's own TLS (<c>--tls</c>).</summary>
    public bool Tls { get; init; }

    /// <summary>Address for the migration's data, such as <c>tcp://10.0.0.2</c> of a dedicated network; null lets libvirt choose.</summary>
    public string? MigrationUri { get; init; }

    /// <summary>Whether to migrate even if libvirt considers the disks' caching unsafe (<c>--unsafe</c>).</summary>
    public bool Unsafe { get; init; }
}
