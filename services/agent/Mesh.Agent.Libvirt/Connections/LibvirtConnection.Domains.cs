namespace Mesh.Agent.Libvirt;

public sealed partial class LibvirtConnection
{
    /// <summary>The domains of this host (<c>virConnectListAllDomains</c>). The caller disposes them.</summary>
    /// <param name="filter">Which ones.</param>
    public IReadOnlyList<LibvirtDomain> ListDomains(DomainFilter filter = DomainFilter.All)
    {
        const string Call = nameof(Native.virConnectListAllDomains);
        var count = Native.virConnectListAllDomains(_handle, out var domains, (uint)filter);
        var handles = NativeList.TakeOwned(count, domains, static pointer => new DomainHandle(pointer, Call), Call);
        return [.. handles.Select(handle => new LibvirtDomain(handle))];
    }

    /// <summary>The domain with this name (<c>virDomainLookupByName</c>).</summary>
    /// <exception cref="LibvirtException">With <see cref="LibvirtErrorCode.NoDomain"/> when there is none.</exception>
    public LibvirtDomain LookupDomain(string name) =>
        Domain(Native.virDomainLookupByName(_handle, name), nameof(Native.virDomainLookupByName));

    /// <summary>The domain with this UUID (<c>virDomainLookupByUUIDString</c>).</summary>
    /// <exception cref="LibvirtException">With <see cref="LibvirtErrorCode.NoDomain"/> when there is none.</exception>
    public LibvirtDomain LookupDomain(Guid uuid) =>
        Domain(Native.virDomainLookupByUUIDString(_handle, uuid.ToString("D")), nameof(Native.virDomainLookupByUUIDString));

    /// <summary>The domain with this name, or null when there is none.</summary>
    public LibvirtDomain? FindDomain(string name) =>
        LibvirtException.NullIf(LibvirtErrorCode.NoDomain, () => LookupDomain(name));

    /// <summary>The domain with this UUID, or null when there is none.</summary>
    public LibvirtDomain? FindDomain(Guid uuid) =>
        LibvirtException.NullIf(LibvirtErrorCode.NoDomain, () => LookupDomain(uuid));

    /// <summary>Starts a domain from its description; transient unless it is defined too (<c>virDomainCreateXML</c>).</summary>
    public LibvirtDomain CreateDomain(string xml, DomainStartFlags flags = DomainStartFlags.None) =>
        Domain(Native.virDomainCreateXML(_handle, xml, (uint)flags), nameof(Native.virDomainCreateXML));

    /// <summary>Defines a domain, or changes its definition, without starting it (<c>virDomainDefineXML</c>).</summary>
    public LibvirtDomain DefineDomain(string xml) =>
        Domain(Native.virDomainDefineXML(_handle, xml), nameof(Native.virDomainDefineXML));

    private static LibvirtDomain Domain(nint pointer, string call) => new(new DomainHandle(pointer, call));
}
