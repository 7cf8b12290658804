using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial int virEventRegisterDefaultImpl();

    [LibraryImport(Library)]
    internal static partial int virEventRunDefaultImpl();

    // The callback's real signature depends on the event; libvirt takes it untyped.
    [LibraryImport(Library)]
    internal static unsafe partial int virConnectDomainEventRegisterAny(
        ConnectionHandle connection,
        nint domain,
        int eventId,
        void* callback,
        nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library)]
    internal static partial int virConnectDomainEventDeregisterAny(ConnectionHandle connection, int callbackId);
}
