namespace Mesh.Agent.Libvirt;

/// <summary>Something happened to a domain.</summary>
/// <param name="DomainName">Its name.</param>
/// <param name="DomainUuid">Its UUID.</param>
public abstract record LibvirtEvent(string DomainName, Guid DomainUuid);

/// <summary>A domain changed its state of life (<c>VIR_DOMAIN_EVENT_ID_LIFECYCLE</c>).</summary>
/// <param name="DomainName">Its name.</param>
/// <param name="DomainUuid">Its UUID.</param>
/// <param name="Event">What happened; a value without a name when a newer libvirt has more.</param>
/// <param name="RawDetail">libvirt's detail, whose numbers start over for each event.</param>
public sealed record DomainLifecycleEvent(string DomainName, Guid DomainUuid, DomainLifecycle Event, int RawDetail)
    : LibvirtEvent(DomainName, DomainUuid)
{
    /// <summary>How it came about; a value without a name when a newer libvirt has more.</summary>
    public DomainLifecycleDetail Detail => (DomainLifecycleDetail)(((int)Event << 8) | RawDetail);
}

/// <summary>
/// A migration that leaves from here starts another pass over the memory (<c>VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION</c>).
/// </summary>
/// <param name="DomainName">Its name.</param>
/// <param name="DomainUuid">Its UUID.</param>
/// <param name="Iteration">The number of the pass; the first is 1.</param>
public sealed record MigrationIterationEvent(string DomainName, Guid DomainUuid, int Iteration)
    : LibvirtEvent(DomainName, DomainUuid);

/// <summary>
/// A job of a domain has ended (<c>VIR_DOMAIN_EVENT_ID_JOB_COMPLETED</c>). An aborted migration sends none.
/// </summary>
/// <param name="DomainName">Its name.</param>
/// <param name="DomainUuid">Its UUID.</param>
/// <param name="Stats">Its final statistics.</param>
public sealed record JobCompletedEvent(string DomainName, Guid DomainUuid, DomainJobStats Stats)
    : LibvirtEvent(DomainName, DomainUuid);
