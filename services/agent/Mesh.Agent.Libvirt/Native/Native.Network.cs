using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial int virConnectListAllNetworks(ConnectionHandle connection, out nint networks, uint flags);

    [LibraryImport(Library)]
    internal static partial int virNetworkFree(nint network);

    [LibraryImport(Library)]
    internal static partial nint virNetworkGetName(NetworkHandle network);
}
