using System.Globalization;
using System.Xml.Linq;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>What every reader of libvirt's XML needs; a missing element or attribute reads as empty.</summary>
internal static class XmlRead
{
    public static string Text(XElement? element, string child) => element?.Element(child)?.Value ?? "";

    public static string Attribute(XElement? element, string name) => element?.Attribute(name)?.Value ?? "";

    /// <summary>An amount of memory, with its unit in the attribute <c>unit</c>.</summary>
    public static Bytes Memory(XElement? memory)
    {
        _ = long.TryParse(memory?.Value, out var number);
        return ToBytes(number, Attribute(memory, "unit"));
    }

    /// <summary>The size of a page, from an element <c>pages</c> or <c>page</c>; 0 if it has none.</summary>
    public static Bytes PageSize(XElement? pages)
    {
        _ = long.TryParse(Attribute(pages, "size"), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return ToBytes(number, Attribute(pages, "unit"));
    }

    private static Bytes ToBytes(long number, string unit) => unit switch
    {
        "b" or "bytes" => new Bytes(number),
        "M" or "MiB" => Bytes.FromMebibytes(number),
        "G" or "GiB" => Bytes.FromGibibytes(number),

        // libvirt's default unit.
        _ => Bytes.FromKibibytes(number),
    };
}
