namespace Mesh.Contracts.Policies;

/// <summary>What a policy can do to a running migration.</summary>
public enum PolicyActionKind
{
    /// <summary>Set the downtime limit.</summary>
    SetDowntime,

    /// <summary>Set the limit of pre-copy's data rate.</summary>
    SetBandwidth,

    /// <summary>Slow the VM's CPUs down.</summary>
    Throttle,

    /// <summary>Change over to post-copy.</summary>
    PostCopy,

    /// <summary>Suspend the VM while the migration goes on; it runs again on the destination.</summary>
    Suspend,

    /// <summary>Abort the migration; the VM goes on running on the source.</summary>
    Abort,
}
