using System.Xml.Linq;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>Reads a VM's placement constraints from its domain metadata.</summary>
internal static class PlacementXml
{
    /// <summary>
    /// A separate element, because libvirt stores one element per namespace:
    /// <c>&lt;metadata&gt;&lt;placement xmlns="urn:migration-mesh:placement" pinned="yes"&gt;&lt;host label="zone" value="a"/&gt;…</c>
    /// On a running VM, <c>virsh metadata VM --uri urn:migration-mesh:placement --key mesh --set '&lt;placement&gt;…'</c> sets it.
    /// </summary>
    public static readonly XNamespace Namespace = "urn:migration-mesh:placement";

    /// <summary>The constraints; null if there are none.</summary>
    public static VmPlacement? Read(XElement? metadata)
    {
        if (metadata?.Element(Namespace + "placement") is not { } placement)
            return null;
        var selector = placement.Elements(Namespace + "host")
            .GroupBy(host => XmlRead.Attribute(host, "label"), StringComparer.Ordinal)
            .Where(same => same.Key.Length > 0)
            .ToDictionary(same => same.Key, same => XmlRead.Attribute(same.Last(), "value"), StringComparer.Ordinal);
        var isPinned = XmlRead.Attribute(placement, "pinned") is "yes" or "true" or "1";
        return isPinned || selector.Count > 0 ? new VmPlacement(isPinned, selector) : null;
    }
}
