namespace Mesh.Agent.Libvirt;

/// <summary>What a domain's pointer itself knows, without asking the daemon; on pointers that are only lent too.</summary>
internal static class DomainIdentity
{
    internal static string Name(nint domain) =>
        NativeText.CopyBorrowed(Native.virDomainGetName(domain), nameof(Native.virDomainGetName));

    internal static unsafe Guid Uuid(nint domain) =>
        NativeText.ReadUuid(buffer => Native.virDomainGetUUIDString(domain, buffer), nameof(Native.virDomainGetUUIDString));
}
