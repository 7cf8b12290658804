namespace Mesh.Agent.Libvirt;

/// <summary>The state of a domain (<c>virDomainState</c>).</summary>
public enum DomainState
{
    /// <summary>None (<c>VIR_DOMAIN_NOSTATE</c>).</summary>
    NoState = 0,

    /// <summary>Running (<c>VIR_DOMAIN_RUNNING</c>).</summary>
    Running = 1,

    /// <summary>Blocked on a resource (<c>VIR_DOMAIN_BLOCKED</c>).</summary>
    Blocked = 2,

    /// <summary>Paused, by a user or a migration (<c>VIR_DOMAIN_PAUSED</c>).</summary>
    Paused = 3,

    /// <summary>Being shut down (<c>VIR_DOMAIN_SHUTDOWN</c>).</summary>
    ShuttingDown = 4,

    /// <summary>Off (<c>VIR_DOMAIN_SHUTOFF</c>).</summary>
    ShutOff = 5,

    /// <summary>Crashed (<c>VIR_DOMAIN_CRASHED</c>).</summary>
    Crashed = 6,

    /// <summary>Suspended by the guest's power management (<c>VIR_DOMAIN_PMSUSPENDED</c>).</summary>
    PowerManagementSuspended = 7,
}
