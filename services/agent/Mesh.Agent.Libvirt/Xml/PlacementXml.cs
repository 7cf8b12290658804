using System.Xml.Linq;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>Reads out of a domain's metadata where the machine says that it belongs.</summary>
internal static class PlacementXml
{
    /// <summary>
    /// Of an element of its own, because libvirt keeps one element for each namespace:
    /// <c>&lt;metadata&gt;&lt;placement xmlns="urn:migration-mesh:placement" pinned="yes"&gt;&lt;host label="zone" value="a"/&gt;…</c>
    /// On a machine that runs, <c>virsh metadata VM --uri urn:migration-mesh:placement --key mesh --set '&lt;placement&gt;…'</c> sets it.
    /// </summary>
    public static readonly XNamespace Namespace = "urn:migration-mesh:placement";

    /// <summary>Where it belongs; null if it says nothing.</summary>
    /// <param name="metadata">The domain's metadata; null if it has none.</param>
    public static VmPlacement? Read(XElement? metadata)
    {
        if (metadata?.Element(Namespace + "placement") is not { } placement)
            return null;
        var selector = placement.Elements(Namespace + "host")
            .GroupBy(host => DomainXml.Attribute(host, "label"), StringComparer.Ordinal)
            .Where(same => same.Key.Length > 0)
            .ToDictionary(same => same.Key, same => DomainXml.Attribute(same.Last(), "value"), StringComparer.Ordinal);
        var isPinned = DomainXml.Attribute(placement, "pinned") is "yes" or "true" or "1";
        return isPinned || selector.Count > 0 ? new VmPlacement(isPinned, selector) : null;
    }
}
