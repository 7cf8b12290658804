using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

/// <summary>Takes over an array of object pointers that a "list all" call allocated.</summary>
internal static class NativeList
{
    /// <summary>
    /// Wraps every object before anything else is done with them, so that none is lost when something fails later.
    /// </summary>
    internal static unsafe List<T> TakeOwned<T>(int count, nint array, Func<nint, T> wrap, string call)
        where T : NativeHandle
    {
        LibvirtException.ThrowIfFailed(count, call);
        var handles = new List<T>(count);
        foreach (var pointer in new ReadOnlySpan<nint>((void*)array, count))
        {
            handles.Add(wrap(pointer));
        }

        NativeMemory.Free((void*)array);
        return handles;
    }
}
