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

    // A static constructor, and not a module initializer, so that whoever never touches libvirt never looks for it.
    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        string.Equals(name, Library, StringComparison.Ordinal) ? Initialized(Load(name)) : 0;

    // Before any other function: one that fails in a library that is not initialized writes its error to somebody else's memory.
    // libvirt itself does the work only once.
    private static unsafe nint Initialized(nint library)
    {
        var initialize = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "virInitialize");
        return initialize() >= 0 ? library : throw new InvalidOperationException($"{Library} does not initialize.");
    }

    /// <summary>Loads the library, or says which package brings it.</summary>
    internal static nint Load(string name) =>
        NativeLibrary.TryLoad(name, out var library)
            ? library
            : throw new DllNotFoundException(
                $"{name} cannot be loaded. Install the libvirt client library: the package 'libvirt0' on Debian and Ubuntu, " +
                "'libvirt-libs' on Fedora and its kin.");
}
