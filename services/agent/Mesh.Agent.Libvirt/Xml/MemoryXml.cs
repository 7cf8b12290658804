using System.Globalization;
using System.Xml.Linq;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>Reads what backs a VM's memory from its domain XML.</summary>
internal static class MemoryXml
{
    private const int NodesMax = 4096;

    /// <summary>The kernel's default on hosts with pages of 4 KiB.</summary>
    private static readonly Bytes DefaultHugePageSize = Bytes.FromMebibytes(2);

    /// <summary>The size of the VM's huge pages, the largest of several; null if it uses none.</summary>
    public static Bytes? HugePageSize(XElement domain)
    {
        if (domain.Element("memoryBacking")?.Element("hugepages") is not { } hugePages)
            return null;
        var largest = new Bytes(hugePages.Elements("page").Select(page => XmlRead.PageSize(page).Count).DefaultIfEmpty().Max());
        return largest.Count > 0 ? largest : DefaultHugePageSize;
    }

    /// <summary>The host's NUMA nodes that the memory must be on; null for any.</summary>
    public static IReadOnlyList<int>? NumaNodes(XElement domain)
    {
        // Strict is libvirt's default mode.
        var memory = domain.Element("numatune")?.Element("memory");
        return XmlRead.Attribute(memory, "mode") is "strict" or "" && ParseNodeSet(XmlRead.Attribute(memory, "nodeset")) is { Count: > 0 } nodes ? nodes : null;
    }

    /// <summary>Parses a set in libvirt's syntax, <c>0-3,^2,8</c>; invalid parts are ignored.</summary>
    private static List<int> ParseNodeSet(string text)
    {
        var nodes = new SortedSet<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.TrimStart('^').Split('-');
            if (ParseNode(ends[0]) is not { } first || ParseNode(ends[^1]) is not { } last)
                continue;
            for (var node = first; node <= last; node++)
                _ = part[0] == '^' ? nodes.Remove(node) : nodes.Add(node);
        }

        return [.. nodes];
    }

    private static int? ParseNode(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var node) && node < NodesMax ? node : null;
}
