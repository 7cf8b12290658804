namespace Mesh.Contracts.Hosts;

/// <summary>Whether a host is heard of as it should be, by the age of its last report.</summary>
public enum HostHealth
{
    /// <summary>Its reports come.</summary>
    Healthy,

    /// <summary>Reports are missing, but not for long enough to say that the host is in trouble. It is no destination meanwhile.</summary>
    Suspect,

    /// <summary>It has been not reporting for longer than its grace; what its VMs do is unknown, and nothing is concluded from that.</summary>
    Unresponsive,

    /// <summary>It was fenced: powered off for certain, and not heard of since. Its VMs are down.</summary>
    Fenced,
}
