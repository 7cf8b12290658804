namespace Mesh.Agent.Libvirt;

/// <summary>
/// One named value as libvirt passes them (<c>virTypedParameter</c>). The same name may occur several times in a list.
/// </summary>
/// <param name="Name">At most 79 bytes.</param>
/// <param name="Kind">The type of the value; libvirt refuses a known name with the wrong type.</param>
/// <param name="Value">An <see cref="int"/>, <see cref="uint"/>, <see cref="long"/>, <see cref="ulong"/>, <see cref="double"/>,
/// <see cref="bool"/> or <see cref="string"/>, depending on <paramref name="Kind"/>.</param>
public sealed record TypedParameter(string Name, TypedParameterKind Kind, object Value)
{
    /// <summary>A signed 32-bit value (<c>virTypedParamsAddInt</c>).</summary>
    public static TypedParameter FromInt32(string name, int value) => new(name, TypedParameterKind.Signed32, value);

    /// <summary>An unsigned 32-bit value (<c>virTypedParamsAddUInt</c>).</summary>
    public static TypedParameter FromUInt32(string name, uint value) => new(name, TypedParameterKind.Unsigned32, value);

    /// <summary>A signed 64-bit value (<c>virTypedParamsAddLLong</c>).</summary>
    public static TypedParameter FromInt64(string name, long value) => new(name, TypedParameterKind.Signed64, value);

    /// <summary>An unsigned 64-bit value (<c>virTypedParamsAddULLong</c>).</summary>
    public static TypedParameter FromUInt64(string name, ulong value) => new(name, TypedParameterKind.Unsigned64, value);

    /// <summary>A floating-point value (<c>virTypedParamsAddDouble</c>).</summary>
    public static TypedParameter FromDouble(string name, double value) => new(name, TypedParameterKind.Real, value);

    /// <summary>A truth value (<c>virTypedParamsAddBoolean</c>).</summary>
    public static TypedParameter FromBoolean(string name, bool value) => new(name, TypedParameterKind.Boolean, value);

    /// <summary>A text (<c>virTypedParamsAddString</c>).</summary>
    public static TypedParameter FromString(string name, string value) => new(name, TypedParameterKind.Text, value);
}
