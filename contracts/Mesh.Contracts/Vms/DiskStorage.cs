namespace Mesh.Contracts.Vms;

/// <summary>Where a disk's data is; libvirt's <c>type</c> attribute of a disk.</summary>
public enum DiskStorage
{
    /// <summary>A file in a file system of the host.</summary>
    File,

    /// <summary>A block device of the host.</summary>
    Block,

    /// <summary>A network protocol such as iSCSI, NBD or RBD.</summary>
    Network,

    /// <summary>A volume of a libvirt storage pool.</summary>
    Volume,

    /// <summary>Anything else, such as a directory, an NVMe device or a vhost-user socket.</summary>
    Other,
}
