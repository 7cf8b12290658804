namespace Mesh.Agent.Libvirt;

/// <summary>Which domains to list (<c>virConnectListAllDomainsFlags</c>). Within each pair, neither means both.</summary>
[Flags]
public enum DomainFilter
{
    /// <summary>All of them.</summary>
    All = 0,

    /// <summary>Those that run or are paused (<c>VIR_CONNECT_LIST_DOMAINS_ACTIVE</c>).</summary>
    Active = 1 << 0,

    /// <summary>Those that are only defined (<c>VIR_CONNECT_LIST_DOMAINS_INACTIVE</c>).</summary>
    Inactive = 1 << 1,

    /// <summary>Those that have a definition (<c>VIR_CONNECT_LIST_DOMAINS_PERSISTENT</c>).</summary>
    Persistent = 1 << 2,

    /// <summary>Those that vanish when they stop (<c>VIR_CONNECT_LIST_DOMAINS_TRANSIENT</c>).</summary>
    Transient = 1 << 3,
}
