namespace Mesh.Agent.Libvirt;

/// <summary>Reads the identity in a domain's pointer, without calling the daemon; works on borrowed pointers, too.</summary>
internal static class DomainIdentity
{
    internal static string Name(nint domain) =>
        NativeText.CopyBorrowed(Native.virDomainGetName(domain), nameof(Native.virDomainGetName));

    internal static unsafe Guid Uuid(nint domain) =>
        NativeText.ReadUuid(buffer => Native.virDomainGetUUIDString(domain, buffer), nameof(Native.virDomainGetUUIDString));
}
