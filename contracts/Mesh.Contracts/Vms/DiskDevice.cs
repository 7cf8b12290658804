namespace Mesh.Contracts.Vms;

/// <summary>The kind of device that a disk is to the VM; libvirt's <c>device</c> attribute.</summary>
public enum DiskDevice
{
    /// <summary>An ordinary disk.</summary>
    Disk,

    /// <summary>A CD or DVD drive; never copied by a migration.</summary>
    CdRom,

    /// <summary>A floppy drive.</summary>
    Floppy,

    /// <summary>A SCSI disk with command passthrough.</summary>
    Lun,
}
