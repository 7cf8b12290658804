namespace Mesh.Agent.Libvirt;

/// <summary>Which description of a domain is wanted (<c>virDomainXMLFlags</c>).</summary>
[Flags]
public enum DomainXmlFlags
{
    /// <summary>The present description, without secrets.</summary>
    None = 0,

    /// <summary>With passwords (<c>VIR_DOMAIN_XML_SECURE</c>).</summary>
    Secure = 1 << 0,

    /// <summary>What the next start will use (<c>VIR_DOMAIN_XML_INACTIVE</c>).</summary>
    Inactive = 1 << 1,

    /// <summary>With the CPU as this host provides it (<c>VIR_DOMAIN_XML_UPDATE_CPU</c>).</summary>
    UpdateCpu = 1 << 2,

    /// <summary>Fit as the destination's description in a migration (<c>VIR_DOMAIN_XML_MIGRATABLE</c>).</summary>
    Migratable = 1 << 3,
}
