using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial int virConnectListAllDomains(ConnectionHandle connection, out nint domains, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virDomainLookupByName(ConnectionHandle connection, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virDomainLookupByUUIDString(ConnectionHandle connection, string uuid);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virDomainCreateXML(ConnectionHandle connection, string xml, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virDomainDefineXML(ConnectionHandle connection, string xml);

    [LibraryImport(Library)]
    internal static partial int virDomainFree(nint domain);

    // Name and UUID are read in event callbacks too, where the pointer is only borrowed: hence no handle.
    [LibraryImport(Library)]
    internal static partial nint virDomainGetName(nint domain);

    [LibraryImport(Library)]
    internal static unsafe partial int virDomainGetUUIDString(nint domain, byte* text);

    [LibraryImport(Library)]
    internal static partial uint virDomainGetID(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial nint virDomainGetXMLDesc(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainGetState(DomainHandle domain, out int state, out int reason, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainGetInfo(DomainHandle domain, out NativeDomainInfo info);

    [LibraryImport(Library)]
    internal static partial int virDomainGetControlInfo(DomainHandle domain, out NativeControlInfo info, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainIsPersistent(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainCreate(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainSuspend(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainResume(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainDestroyFlags(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainUndefineFlags(DomainHandle domain, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainGetBlockInfo(DomainHandle domain, string disk, out NativeBlockInfo info, uint flags);

    [LibraryImport(Library)]
    internal static partial nint virDomainGetSchedulerType(DomainHandle domain, out int parameterCount);

    [LibraryImport(Library)]
    internal static partial int virDomainGetSchedulerParameters(DomainHandle domain, nint parameters, ref int parameterCount);

    [LibraryImport(Library)]
    internal static partial int virDomainGetSchedulerParametersFlags(
        DomainHandle domain, nint parameters, ref int parameterCount, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainSetSchedulerParametersFlags(
        DomainHandle domain, nint parameters, int parameterCount, uint flags);
}
