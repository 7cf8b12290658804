using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

/// <summary>A native array of typed parameters, built by libvirt's own functions and freed on dispose.</summary>
internal sealed class TypedParameterArray : IDisposable
{
    private nint _first;
    private int _count;
    private int _capacity;

    internal TypedParameterArray(IEnumerable<TypedParameter> parameters)
    {
        try
        {
            foreach (var parameter in parameters)
            {
                Add(parameter);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal nint Pointer => _first;

    internal int Count => _count;

    /// <summary>Copies an array without taking ownership.</summary>
    internal static unsafe TypedParameters Read(nint first, int count)
    {
        var parameters = new List<TypedParameter>(count);
        foreach (ref readonly var native in new ReadOnlySpan<NativeTypedParameter>((void*)first, count))
        {
            parameters.Add(Copy(native));
        }

        return new TypedParameters(parameters);
    }

    /// <summary>Copies an array that libvirt allocated for us, and frees it.</summary>
    internal static TypedParameters TakeOwned(nint first, int count)
    {
        try
        {
            return Read(first, count);
        }
        finally
        {
            Native.virTypedParamsFree(first, count);
        }
    }

    public void Dispose()
    {
        Native.virTypedParamsFree(_first, _count);
        _first = 0;
        _count = 0;
        _capacity = 0;
    }

    private void Add(TypedParameter parameter)
    {
        var (name, kind, value) = parameter;
        var (result, call) = kind switch
        {
            TypedParameterKind.Signed32 => (
                Native.virTypedParamsAddInt(ref _first, ref _count, ref _capacity, name, (int)value),
                nameof(Native.virTypedParamsAddInt)),
            TypedParameterKind.Unsigned32 => (
                Native.virTypedParamsAddUInt(ref _first, ref _count, ref _capacity, name, (uint)value),
                nameof(Native.virTypedParamsAddUInt)),
            TypedParameterKind.Signed64 => (
                Native.virTypedParamsAddLLong(ref _first, ref _count, ref _capacity, name, (long)value),
                nameof(Native.virTypedParamsAddLLong)),
            TypedParameterKind.Unsigned64 => (
                Native.virTypedParamsAddULLong(ref _first, ref _count, ref _capacity, name, (ulong)value),
                nameof(Native.virTypedParamsAddULLong)),
            TypedParameterKind.Real => (
                Native.virTypedParamsAddDouble(ref _first, ref _count, ref _capacity, name, (double)value),
                nameof(Native.virTypedParamsAddDouble)),
            TypedParameterKind.Boolean => (
                Native.virTypedParamsAddBoolean(ref _first, ref _count, ref _capacity, name, (bool)value ? 1 : 0),
                nameof(Native.virTypedParamsAddBoolean)),
            TypedParameterKind.Text => (
                Native.virTypedParamsAddString(ref _first, ref _count, ref _capacity, name, (string)value),
                nameof(Native.virTypedParamsAddString)),
            _ => throw new ArgumentOutOfRangeException(nameof(parameter), kind, $"Not a kind of typed parameter: {name}"),
        };
        LibvirtException.ThrowIfFailed(result, call);
    }

    private static TypedParameter Copy(in NativeTypedParameter native)
    {
        var kind = (TypedParameterKind)native.Kind;
        object value = kind switch
        {
            TypedParameterKind.Signed32 => native.Int32,
            TypedParameterKind.Unsigned32 => native.UInt32,
            TypedParameterKind.Signed64 => native.Int64,
            TypedParameterKind.Unsigned64 => native.UInt64,
            TypedParameterKind.Real => native.Double,
            TypedParameterKind.Boolean => native.Boolean != 0,
            TypedParameterKind.Text => Marshal.PtrToStringUTF8(native.Text) ?? "",

            // A newer libvirt may know a type that this library does not: its bits are better than no statistics at all.
            _ => native.UInt64,
        };
        return new TypedParameter(NativeText.FromField(native.Name), kind, value);
    }
}
