namespace Mesh.Agent.Libvirt;

/// <summary>What happened to a domain (<c>virDomainEventType</c>).</summary>
public enum DomainLifecycle
{
    /// <summary>Defined, or its definition changed (<c>VIR_DOMAIN_EVENT_DEFINED</c>).</summary>
    Defined = 0,

    /// <summary>Undefined (<c>VIR_DOMAIN_EVENT_UNDEFINED</c>).</summary>
    Undefined = 1,

    /// <summary>Started (<c>VIR_DOMAIN_EVENT_STARTED</c>).</summary>
    Started = 2,

    /// <summary>Suspended (<c>VIR_DOMAIN_EVENT_SUSPENDED</c>).</summary>
    Suspended = 3,

    /// <summary>Resumed (<c>VIR_DOMAIN_EVENT_RESUMED</c>).</summary>
    Resumed = 4,

    /// <summary>Stopped: it was removed from this host, or is only defined (<c>VIR_DOMAIN_EVENT_STOPPED</c>).</summary>
    Stopped = 5,

    /// <summary>The guest has shut down; the domain is about to stop (<c>VIR_DOMAIN_EVENT_SHUTDOWN</c>).</summary>
    Shutdown = 6,

    /// <summary>Suspended by the guest's power management (<c>VIR_DOMAIN_EVENT_PMSUSPENDED</c>).</summary>
    PowerManagementSuspended = 7,

    /// <summary>The guest crashed (<c>VIR_DOMAIN_EVENT_CRASHED</c>).</summary>
    Crashed = 8,
}
