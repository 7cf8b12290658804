using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace Mesh.Agent.Libvirt;

/// <summary>
/// The functions of <c>libvirt.so.0</c>, under their own names, split by topic over several files.
/// </summary>
/// <remarks>
/// Every function that takes a handle takes a <see cref="SafeHandle"/>: the generated code holds a reference on it for as long
/// as the native call runs, so an object disposed meanwhile is freed only when the call has returned. Functions that give an
/// object back return a bare pointer, which the caller checks and wraps at once.
/// </remarks>
internal static partial class Native
{
    internal const string Library = "libvirt.so.0";

    // A static constructor, not a module initializer, so that a process that never calls libvirt does not need the library.
    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        string.Equals(name, Library, StringComparison.Ordinal) ? Initialized(Load(name)) : 0;

    // Before any other function: a function that fails in an uninitialized library corrupts memory. Repeated initialization is harmless.
    private static unsafe nint Initialized(nint library)
    {
        var initialize = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "virInitialize");
        return initialize() >= 0 ? library : throw new InvalidOperationException($"{Library} failed to initialize.");
    }

    /// <summary>Loads the library, or throws an error that names its package.</summary>
    internal static nint Load(string name) =>
        NativeLibrary.TryLoad(name, out var library)
            ? library
            : throw new DllNotFoundException(
                $"{name} cannot be loaded. Install the libvirt client library: the package 'libvirt0' on Debian and Ubuntu, " +
                "'libvirt-libs' on Fedora and RHEL.");

    [LibraryImport(Library)]
    internal static partial int virEventRegisterDefaultImpl();

    [LibraryImport(Library)]
    internal static partial int virEventRunDefaultImpl();

    // The callback's actual signature depends on the event; libvirt accepts it untyped.
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

    [LibraryImport(Library)]
    internal static unsafe partial NativeError* virGetLastError();

    [LibraryImport(Library)]
    internal static partial void virResetLastError();

    [LibraryImport(Library)]
    internal static unsafe partial void virSetErrorFunc(
        nint userData, delegate* unmanaged[Cdecl]<nint, NativeError*, void> handler);
}
