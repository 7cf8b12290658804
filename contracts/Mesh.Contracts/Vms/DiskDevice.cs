namespace Mesh.Contracts.Vms;

/// <summary>What a VM takes a disk for; libvirt's <c>device</c> attribute.</summary>
public enum DiskDevice
{
    /// <summary>An ordinary disk.</summary>
    Disk,

    /// <summary>A CD or DVD drive; never copied by a migration.</summary>
    CdRom,

    /// <summary>A floppy drive.</summary>
    Floppy,

    /// <summary>A SCSI disk handed through with its commands.</summary>
    Lun,
}
