namespace Mesh.Agent.Libvirt;

/// <summary>What a change or a question concerns (<c>virDomainModificationImpact</c>).</summary>
[Flags]
public enum DomainAffect
{
    /// <summary>The running domain if it runs, else its definition (<c>VIR_DOMAIN_AFFECT_CURRENT</c>).</summary>
    Current = 0,

    /// <summary>The running domain (<c>VIR_DOMAIN_AFFECT_LIVE</c>).</summary>
    Live = 1 << 0,

    /// <summary>Its definition (<c>VIR_DOMAIN_AFFECT_CONFIG</c>).</summary>
    Configuration = 1 << 1,
}
