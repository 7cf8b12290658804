using System.Xml.Linq;
using Mesh.Contracts.Hosts;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>Reads a storage pool out of its description.</summary>
internal static class StoragePoolXml
{
    private static readonly string[] SharedTypes = ["netfs", "rbd", "iscsi", "iscsi-direct", "gluster", "sheepdog", "vstorage"];

    /// <summary>The pool.</summary>
    /// <param name="xml">What <c>virStoragePoolGetXMLDesc</c> gives.</param>
    public static HostStorage Read(string xml)
    {
        var pool = XDocument.Parse(xml).Root;
        return new HostStorage(
            DomainXml.Text(pool, "name"),
            DomainXml.Text(pool?.Element("target"), "path"),
            SharedTypes.Contains(DomainXml.Attribute(pool, "type"), StringComparer.Ordinal));
    }
}
