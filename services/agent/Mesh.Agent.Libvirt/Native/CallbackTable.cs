using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

/// <summary>
/// The objects that native callbacks refer to. libvirt holds a number, not a pointer into managed memory, so a late callback finds
/// nothing instead of freed memory, and removing an entry twice (by us and by libvirt's free function) does no harm.
/// </summary>
internal static class CallbackTable
{
    private static readonly ConcurrentDictionary<nint, object> Targets = new();
    private static long _lastKey;

    /// <summary>Entries that neither side has removed yet.</summary>
    internal static int Count => Targets.Count;

    /// <summary>Where libvirt reports that it has dropped a callback's opaque value.</summary>
    internal static unsafe delegate* unmanaged[Cdecl]<nint, void> FreeFunction => &OnFree;

    internal static nint Add(object target)
    {
        var key = (nint)Interlocked.Increment(ref _lastKey);
        Targets[key] = target;
        return key;
    }

    internal static T? Find<T>(nint key)
        where T : class => Targets.TryGetValue(key, out var target) ? target as T : null;

    internal static void Remove(nint key) => Targets.TryRemove(key, out _);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFree(nint key) => Remove(key);
}
