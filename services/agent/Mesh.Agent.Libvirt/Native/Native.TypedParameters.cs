using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

internal static partial class Native
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virTypedParamsAddInt(
        ref nint parameters, ref int count, ref int capacity, string name, int value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virTypedParamsAddUInt(
        ref nint parameters, ref int count, ref int capacity, string name, uint value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virTypedParamsAddLLong(
        ref nint parameters, ref int count, ref int capacity, string name, long value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virTypedParamsAddULLong(
        ref nint parameters, ref int count, ref int capacity, string name, ulong value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virTypedParamsAddDouble(
        ref nint parameters, ref int count, ref int capacity, string name, double value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virTypedParamsAddBoolean(
        ref nint parameters, ref int count, ref int capacity, string name, int value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virTypedParamsAddString(
        ref nint parameters, ref int count, ref int capacity, string name, string value);

    /// <summary>Frees the values and the array.</summary>
    [LibraryImport(Library)]
    internal static partial void virTypedParamsFree(nint parameters, int count);

    /// <summary>Frees the values only: for an array that the caller allocated.</summary>
    [LibraryImport(Library)]
    internal static partial void virTypedParamsClear(nint parameters, int count);
}
