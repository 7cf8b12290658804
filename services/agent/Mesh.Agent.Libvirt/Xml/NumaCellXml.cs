using System.Globalization;
using System.Xml.Linq;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>A NUMA node of the host, from its element of the capabilities.</summary>
/// <param name="Id">Its number on the host.</param>
/// <param name="Memory">Its memory in all.</param>
/// <param name="LogicalCpus">Its logical processors.</param>
/// <param name="Pages">How many pages of each size it has, by their size in KiB.</param>
internal sealed record NumaCellXml(int Id, Bytes Memory, int LogicalCpus, IReadOnlyDictionary<uint, long> Pages)
{
    /// <summary>The host's nodes; null if it names none.</summary>
    public static IReadOnlyList<NumaCellXml>? Read(XElement? host)
    {
        NumaCellXml[] cells = [.. (host?.Element("topology")?.Element("cells")?.Elements("cell") ?? []).Select(ReadCell).OfType<NumaCellXml>()];
        return cells.Length > 0 ? cells : null;
    }

    private static NumaCellXml? ReadCell(XElement cell)
    {
        if (!int.TryParse(DomainXml.Attribute(cell, "id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return null;
        var pages = new Dictionary<uint, long>();
        foreach (var kind in cell.Elements("pages"))
            if (long.TryParse(kind.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                pages[(uint)(PageSizeXml.Read(kind).Count >> 10)] = count;
        return new NumaCellXml(id, DomainXml.ReadMemory(cell.Element("memory")), cell.Element("cpus")?.Elements("cpu").Count() ?? 0, pages);
    }
}

/// <summary>Reads the size of a page, as <c>pages</c> and <c>page</c> elements tell it.</summary>
internal static class PageSizeXml
{
    /// <summary>The size; 0 if there is none.</summary>
    public static Bytes Read(XElement? pages)
    {
        _ = long.TryParse(DomainXml.Attribute(pages, "size"), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return DomainXml.ToBytes(number, DomainXml.Attribute(pages, "unit"));
    }
}
