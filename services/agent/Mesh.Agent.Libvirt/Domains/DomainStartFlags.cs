namespace Mesh.Agent.Libvirt;

/// <summary>How a domain is started (<c>virDomainCreateFlags</c>).</summary>
[Flags]
public enum DomainStartFlags
{
    /// <summary>Normally (<c>VIR_DOMAIN_NONE</c>).</summary>
    None = 0,

    /// <summary>Paused (<c>VIR_DOMAIN_START_PAUSED</c>).</summary>
    Paused = 1 << 0,

    /// <summary>Destroyed when this connection closes (<c>VIR_DOMAIN_START_AUTODESTROY</c>).</summary>
    AutoDestroy = 1 << 1,

    /// <summary>After checking the XML against its schema (<c>VIR_DOMAIN_START_VALIDATE</c>).</summary>
    Validate = 1 << 4,
}
