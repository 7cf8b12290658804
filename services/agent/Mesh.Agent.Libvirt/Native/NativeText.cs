using System.Runtime.InteropServices;
using System.Text;

namespace Mesh.Agent.Libvirt;

/// <summary>Strings from libvirt: UTF-8, zero-terminated, either owned by the caller or borrowed.</summary>
internal static class NativeText
{
    /// <summary><c>VIR_UUID_STRING_BUFLEN</c>: 36 characters and a zero.</summary>
    private const int UuidTextLength = 37;

    internal unsafe delegate int UuidCall(byte* buffer);

    /// <summary>Copies a <c>char *</c> that the call gave to us, and frees it with the C library's <c>free</c>.</summary>
    internal static unsafe string TakeOwned(nint text, string call)
    {
        if (text == 0)
        {
            throw LibvirtException.FromLastError(call);
        }

        try
        {
            return Marshal.PtrToStringUTF8(text)!;
        }
        finally
        {
            NativeMemory.Free((void*)text);
        }
    }

    /// <summary>Copies a <c>const char *</c> that stays libvirt's.</summary>
    internal static string CopyBorrowed(nint text, string call) =>
        Marshal.PtrToStringUTF8(text) ?? throw LibvirtException.FromLastError(call);

    /// <summary>Calls a function that writes a UUID as text into a buffer of ours.</summary>
    internal static unsafe Guid ReadUuid(UuidCall read, string call)
    {
        var buffer = stackalloc byte[UuidTextLength];
        LibvirtException.ThrowIfFailed(read(buffer), call);
        return Guid.Parse(Encoding.ASCII.GetString(buffer, UuidTextLength - 1));
    }

    /// <summary>Reads text out of a fixed field, up to its first zero.</summary>
    internal static string FromField(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }
}
