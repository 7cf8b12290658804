using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

/// <summary>A copy of libvirt's last error on one thread.</summary>
internal sealed record LibvirtError(int Code, int Domain, int Level, string Text)
{
    [ThreadStatic]
    private static LibvirtError? _preserved;

    /// <summary>Copies and clears this thread's last error; null when the thread has none.</summary>
    internal static LibvirtError? ConsumeLast()
    {
        var error = Read() ?? _preserved;
        _preserved = null;
        Native.virResetLastError();
        return error;
    }

    /// <summary>Drops the error of a call that may fail, lest a later failure without a reason be given this one.</summary>
    internal static void Ignore(int result)
    {
        if (result < 0)
        {
            ConsumeLast();
        }
    }

    /// <summary>Preserves this thread's last error across a call that would reset it.</summary>
    internal static void Preserve() => _preserved = Read() ?? _preserved;

    private static unsafe LibvirtError? Read()
    {
        var error = Native.virGetLastError();
        return error is null || error->Code == 0
            ? null
            : new LibvirtError(error->Code, error->Domain, error->Level, Marshal.PtrToStringUTF8(error->Message) ?? "");
    }
}
