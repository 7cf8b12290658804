using Mesh.Contracts.Values;

namespace Mesh.Contracts.Vms;

/// <summary>A disk of a VM, from the <c>disk</c> element of its domain XML.</summary>
/// <param name="Target">The name inside the VM, such as <c>vda</c>; unique in the VM.</param>
/// <param name="Device">The kind of device.</param>
/// <param name="Bus">How it is attached, such as <c>virtio</c>.</param>
/// <param name="Format">Format of the image, such as <c>qcow2</c> or <c>raw</c>; empty if unknown.</param>
/// <param name="Storage">Where the data is.</param>
/// <param name="Source">Path or name of the image; empty when no medium is inserted.</param>
/// <param name="ReadOnly">Whether the VM may not write to it.</param>
/// <param name="Shareable">Whether several VMs use it at once.</param>
/// <param name="Capacity">The size the VM sees; null if unknown.</param>
/// <param name="Allocation">The space that the image takes on the host now; null if unknown.</param>
/// <param name="BackingFile">The image below this one; null if there is none.</param>
/// <param name="IsLocal">Whether the image is on storage that no other host reaches; null if unknown.</param>
public sealed record VmDisk(
    string Target,
    DiskDevice Device,
    string Bus,
    string Format,
    DiskStorage Storage,
    [property: Limits(0, MessageLimits.LongTextLengthMax)] string Source,
    bool ReadOnly,
    bool Shareable,
    Bytes? Capacity = null,
    Bytes? Allocation = null,
    [property: Limits(0, MessageLimits.LongTextLengthMax)] string? BackingFile = null,
    bool? IsLocal = null);
