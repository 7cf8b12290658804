namespace Mesh.Contracts.Policies;

/// <summary>What a policy can do to a running migration.</summary>
public enum PolicyActionKind
{
    /// <summary>Set the downtime limit.</summary>
    SetDowntime,

    /// <summary>Set the pre-copy bandwidth limit.</summary>
    SetBandwidth,

    /// <summary>Throttle the VM's vCPUs.</summary>
    Throttle,

    /// <summary>Switch to post-copy.</summary>
    PostCopy,

    /// <summary>Suspend the VM while the migration continues; it resumes on the destination.</summary>
    Suspend,

    /// <summary>Abort the migration; the VM keeps running on the source.</summary>
    Abort,
}
