namespace Mesh.Contracts.Vms;

/// <summary>A device of the host that is passed through to a VM, which therefore cannot migrate.</summary>
/// <param name="Kind">libvirt's type, such as <c>pci</c>, <c>usb</c>, <c>scsi</c> or <c>mdev</c>.</param>
/// <param name="Address">Its address on the host, such as <c>0000:3b:00.0</c>; empty if unknown.</param>
public sealed record VmHostDevice(string Kind, string Address);
