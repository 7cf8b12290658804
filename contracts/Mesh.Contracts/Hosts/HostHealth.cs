namespace Mesh.Contracts.Hosts;

/// <summary>The health of a host, by the age of its last report.</summary>
public enum HostHealth
{
    /// <summary>It is reporting.</summary>
    Healthy,

    /// <summary>Reports are missing, but not for long enough to count the host as unresponsive. Until then it is not eligible as a destination.</summary>
    Suspect,

    /// <summary>It has not reported for longer than its grace period; the state of its VMs is unknown, and nothing is concluded from that.</summary>
    Unresponsive,

    /// <summary>It was fenced: known to be powered off, with no report since. Its VMs are down.</summary>
    Fenced,
}
