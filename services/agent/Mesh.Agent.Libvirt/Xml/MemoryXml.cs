using System.Globalization;
using System.Xml.Linq;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>Reads out of a domain what its memory lies in.</summary>
internal static class MemoryXml
{
    private const int NodesMax = 4096;

    /// <summary>What the kernel takes where nothing else is said, on machines whose ordinary pages have 4 KiB.</summary>
    private static readonly Bytes DefaultHugePageSize = Bytes.FromMebibytes(2);

    /// <summary>The size of the huge pages, the largest of several; null if there are none.</summary>
    public static Bytes? HugePageSize(XElement domain)
    {
        if (domain.Element("memoryBacking")?.Element("hugepages") is not { } hugePages)
            return null;
        var largest = new Bytes(hugePages.Elements("page").Select(page => PageSizeXml.Read(page).Count).DefaultIfEmpty().Max());
        return largest.Count > 0 ? largest : DefaultHugePageSize;
    }

    /// <summary>The host's NUMA nodes that the memory must be on; null for any.</summary>
    public static IReadOnlyList<int>? NumaNodes(XElement domain)
    {
        // Strict is what libvirt takes where the mode is not given.
        var memory = domain.Element("numatune")?.Element("memory");
        return DomainXml.Attribute(memory, "mode") is "strict" or "" && ParseNodeSet(DomainXml.Attribute(memory, "nodeset")) is { Count: > 0 } nodes ? nodes : null;
    }

    /// <summary>A set as libvirt writes it: <c>0-3,^2,8</c>. What is not of that form is passed over.</summary>
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
