using System.Text.Json.Serialization;

namespace Mesh.Contracts.Values;

/// <summary>A VM's identity: its libvirt UUID, the same on every host.</summary>
/// <param name="Value">The UUID.</param>
[JsonConverter(typeof(VmIdJsonConverter))]
public readonly record struct VmId(Guid Value)
{
    /// <summary>Reads a UUID in any of the usual forms.</summary>
    /// <exception cref="FormatException">The text is not a UUID.</exception>
    public static VmId Parse(string text) => new(Guid.Parse(text));

    /// <summary>The UUID in lower case with hyphens, as libvirt writes it.</summary>
    public override string ToString() => Value.ToString("D");
}

internal sealed class VmIdJsonConverter() : TextValueConverter<VmId>(VmId.Parse, value => value.ToString());
