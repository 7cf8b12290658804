namespace Mesh.Agent.Libvirt;

/// <summary>The type of a typed parameter's value (<c>virTypedParameterType</c>).</summary>
public enum TypedParameterKind
{
    /// <summary>A <see cref="int"/> (<c>VIR_TYPED_PARAM_INT</c>).</summary>
    Signed32 = 1,

    /// <summary>A <see cref="uint"/> (<c>VIR_TYPED_PARAM_UINT</c>).</summary>
    Unsigned32 = 2,

    /// <summary>A <see cref="long"/> (<c>VIR_TYPED_PARAM_LLONG</c>).</summary>
    Signed64 = 3,

    /// <summary>A <see cref="ulong"/> (<c>VIR_TYPED_PARAM_ULLONG</c>).</summary>
    Unsigned64 = 4,

    /// <summary>A <see cref="double"/> (<c>VIR_TYPED_PARAM_DOUBLE</c>).</summary>
    Real = 5,

    /// <summary>A <see cref="bool"/> (<c>VIR_TYPED_PARAM_BOOLEAN</c>).</summary>
    Boolean = 6,

    /// <summary>A <see cref="string"/> (<c>VIR_TYPED_PARAM_STRING</c>).</summary>
    Text = 7,
}
