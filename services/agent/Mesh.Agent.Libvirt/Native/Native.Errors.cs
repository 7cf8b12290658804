using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static unsafe partial NativeError* virGetLastError();

    [LibraryImport(Library)]
    internal static partial void virResetLastError();

    [LibraryImport(Library)]
    internal static unsafe partial void virSetErrorFunc(
        nint userData, delegate* unmanaged[Cdecl]<nint, NativeError*, void> handler);
}
