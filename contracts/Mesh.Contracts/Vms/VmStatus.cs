namespace Mesh.Contracts.Vms;

/// <summary>
/// The status of a VM on one host, with oVirt's names (seed <c>ovirt-vm-migration-states</c>). A VM that the host does
/// not know counts as <see cref="Down"/> there.
/// </summary>
public enum VmStatus
{
    /// <summary>Not running on this host: shut off, crashed, moved away, or never here.</summary>
    Down,

    /// <summary>Running on this host and in no migration.</summary>
    Up,

    /// <summary>Paused on this host for a reason other than a migration.</summary>
    Paused,

    /// <summary>This host is the source of its running migration; before the switchover it runs here.</summary>
    MigratingFrom,

    /// <summary>This host is the destination of its running migration; it waits here for its memory.</summary>
    MigratingTo,

    /// <summary>Paused here because its post-copy migration lost the connection; it can continue only by recovery.</summary>
    PostCopyFailed,
}
