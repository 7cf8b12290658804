namespace Mesh.Agent.Libvirt;

/// <summary>
/// Which part of libvirt raised an error (<c>virErrorDomain</c>): the parts that a migration agent can encounter. Others have their
/// number.
/// </summary>
public enum LibvirtErrorDomain
{
    /// <summary>Not specified (<c>VIR_FROM_NONE</c>).</summary>
    None = 0,

    /// <summary>The XML code (<c>VIR_FROM_XML</c>).</summary>
    Xml = 5,

    /// <summary>Operating on a domain (<c>VIR_FROM_DOM</c>).</summary>
    DomainObject = 6,

    /// <summary>The remote call code (<c>VIR_FROM_RPC</c>).</summary>
    Rpc = 7,

    /// <summary>Configuration files (<c>VIR_FROM_CONF</c>).</summary>
    Configuration = 9,

    /// <summary>The QEMU driver (<c>VIR_FROM_QEMU</c>).</summary>
    Qemu = 10,

    /// <summary>Networks (<c>VIR_FROM_NET</c>).</summary>
    Network = 11,

    /// <summary>The test driver (<c>VIR_FROM_TEST</c>).</summary>
    Test = 12,

    /// <summary>The remote driver (<c>VIR_FROM_REMOTE</c>).</summary>
    Remote = 13,

    /// <summary>The storage driver (<c>VIR_FROM_STORAGE</c>).</summary>
    Storage = 18,

    /// <summary>The description of a domain (<c>VIR_FROM_DOMAIN</c>).</summary>
    DomainConfiguration = 20,

    /// <summary>The security drivers (<c>VIR_FROM_SECURITY</c>).</summary>
    Security = 24,

    /// <summary>The CPU driver (<c>VIR_FROM_CPU</c>).</summary>
    Cpu = 31,

    /// <summary>Hook scripts (<c>VIR_FROM_HOOK</c>).</summary>
    Hook = 34,

    /// <summary>Streams (<c>VIR_FROM_STREAMS</c>).</summary>
    Streams = 38,

    /// <summary>The event loop (<c>VIR_FROM_EVENT</c>).</summary>
    Event = 40,

    /// <summary>The lock manager (<c>VIR_FROM_LOCKING</c>).</summary>
    Locking = 42,

    /// <summary>Capabilities (<c>VIR_FROM_CAPABILITIES</c>).</summary>
    Capabilities = 44,

    /// <summary>Addresses (<c>VIR_FROM_URI</c>).</summary>
    Uri = 45,

    /// <summary>Authentication (<c>VIR_FROM_AUTH</c>).</summary>
    Authentication = 46,

    /// <summary>Control groups (<c>VIR_FROM_CGROUP</c>).</summary>
    Cgroup = 54,

    /// <summary>The access control manager (<c>VIR_FROM_ACCESS</c>).</summary>
    Access = 55,

    /// <summary>polkit (<c>VIR_FROM_POLKIT</c>).</summary>
    Polkit = 60,

    /// <summary>Threads (<c>VIR_FROM_THREAD</c>).</summary>
    Thread = 61,

    /// <summary>Resource control (<c>VIR_FROM_RESCTRL</c>).</summary>
    ResourceControl = 67,
}
