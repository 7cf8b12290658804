namespace Mesh.Agent.Libvirt;

/// <summary>What is known of a domain's job (<c>virDomainJobType</c>).</summary>
public enum DomainJobType
{
    /// <summary>No job (<c>VIR_DOMAIN_JOB_NONE</c>).</summary>
    None = 0,

    /// <summary>Running, with a foreseeable end (<c>VIR_DOMAIN_JOB_BOUNDED</c>).</summary>
    Bounded = 1,

    /// <summary>Running, with no foreseeable end: a live migration (<c>VIR_DOMAIN_JOB_UNBOUNDED</c>).</summary>
    Unbounded = 2,

    /// <summary>Finished, and not yet cleaned up (<c>VIR_DOMAIN_JOB_COMPLETED</c>).</summary>
    Completed = 3,

    /// <summary>Failed, and not yet cleaned up (<c>VIR_DOMAIN_JOB_FAILED</c>).</summary>
    Failed = 4,

    /// <summary>Aborted, and not yet cleaned up (<c>VIR_DOMAIN_JOB_CANCELLED</c>).</summary>
    Cancelled = 5,
}
