using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static unsafe partial int virGetVersion(out nuint libVersion, byte* type, nuint* typeVersion);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virConnectOpen(string uri);

    [LibraryImport(Library)]
    internal static partial int virConnectClose(nint connection);

    [LibraryImport(Library)]
    internal static partial int virConnectSetKeepAlive(ConnectionHandle connection, int intervalSeconds, uint count);

    [LibraryImport(Library)]
    internal static partial int virConnectIsAlive(ConnectionHandle connection);

    [LibraryImport(Library)]
    internal static unsafe partial int virConnectRegisterCloseCallback(
        ConnectionHandle connection,
        delegate* unmanaged[Cdecl]<nint, int, nint, void> callback,
        nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library)]
    internal static unsafe partial int virConnectUnregisterCloseCallback(
        ConnectionHandle connection,
        delegate* unmanaged[Cdecl]<nint, int, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial nint virConnectGetURI(ConnectionHandle connection);

    [LibraryImport(Library)]
    internal static partial nint virConnectGetHostname(ConnectionHandle connection);

    [LibraryImport(Library)]
    internal static partial nint virConnectGetCapabilities(ConnectionHandle connection);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virConnectGetDomainCapabilities(
        ConnectionHandle connection, string? emulator, string? architecture, string? machine, string? virtType, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virConnectBaselineHypervisorCPU(
        ConnectionHandle connection, string? emulator, string? architecture, string? machine, string? virtType, string[] cpus, uint count, uint flags);

    [LibraryImport(Library)]
    internal static partial int virConnectGetLibVersion(ConnectionHandle connection, out nuint version);

    [LibraryImport(Library)]
    internal static partial int virConnectGetVersion(ConnectionHandle connection, out nuint version);

    [LibraryImport(Library)]
    internal static partial int virNodeGetInfo(ConnectionHandle connection, out NativeNodeInfo info);

    [LibraryImport(Library)]
    internal static partial ulong virNodeGetFreeMemory(ConnectionHandle connection);

    [LibraryImport(Library)]
    internal static unsafe partial int virNodeGetMemoryStats(
        ConnectionHandle connection, int cell, NativeMemoryStat* stats, ref int count, uint flags);

    [LibraryImport(Library)]
    internal static unsafe partial int virNodeGetCellsFreeMemory(ConnectionHandle connection, ulong* bytes, int firstCell, int cellsMax);

    [LibraryImport(Library)]
    internal static unsafe partial int virNodeGetFreePages(
        ConnectionHandle connection, uint sizeCount, uint* sizesKibibytes, int firstCell, uint cellCount, ulong* counts, uint flags);

    [LibraryImport(Library)]
    internal static partial int virConnectListAllNetworks(ConnectionHandle connection, out nint networks, uint flags);

    [LibraryImport(Library)]
    internal static partial int virNetworkFree(nint network);

    [LibraryImport(Library)]
    internal static partial nint virNetworkGetName(NetworkHandle network);
}
