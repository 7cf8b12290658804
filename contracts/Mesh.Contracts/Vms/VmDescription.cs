using Mesh.Contracts.Values;

namespace Mesh.Contracts.Vms;

/// <summary>A VM as its hypervisor describes it.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Name">Its name on the host.</param>
/// <param name="Status">Its status on the host that describes it.</param>
/// <param name="Memory">The VM's memory.</param>
/// <param name="VCpus">Virtual CPUs; one to 4096.</param>
/// <param name="MachineType">QEMU's machine type, such as <c>pc-i440fx-10.0</c>; empty if unknown.</param>
/// <param name="CpuModel">The virtual CPU's model or mode; empty if unknown.</param>
/// <param name="Persistent">Whether its definition stays on the host when it is shut down.</param>
/// <param name="Disks">Its disks.</param>
/// <param name="Networks">Its network interfaces.</param>
/// <param name="HostDevices">Devices of the host that were passed through to it.</param>
/// <param name="Labels">Labels for policies and placement.</param>
/// <param name="Throttle">How much its vCPUs are throttled by a current or a past migration; null if they are not.</param>
/// <param name="Lock">What prevents its migration for a while; null if nothing does.</param>
/// <param name="Placement">The placement in its metadata; null if there is none.</param>
/// <param name="CpuFeatures">CPU features that it requires, as libvirt names them; null if unknown.</param>
/// <param name="HugePageSize">The size of the huge pages that back its memory; null for normal pages.</param>
/// <param name="NumaNodes">The NUMA nodes of the host that its memory must be on (<c>numatune</c>, mode <c>strict</c>); null for any.</param>
/// <param name="NotResponding">Whether its hypervisor process does not respond on its host: the rest is what was known before, and it cannot be migrated.</param>
public sealed record VmDescription(
    VmId Id,
    [property: Limits(1, MessageLimits.NameLengthMax)] string Name,
    VmStatus Status,
    Bytes Memory,
    [property: Limits(1, MessageLimits.VCpusMax)] int VCpus,
    string MachineType,
    string CpuModel,
    bool Persistent,
    [property: Limits(0, MessageLimits.DevicesPerVmMax)] IReadOnlyList<VmDisk> Disks,
    [property: Limits(0, MessageLimits.DevicesPerVmMax)] IReadOnlyList<VmNetwork> Networks,
    [property: Limits(0, MessageLimits.DevicesPerVmMax)] IReadOnlyList<VmHostDevice> HostDevices,
    IReadOnlyDictionary<string, string> Labels,
    Percent? Throttle = null,
    VmLock? Lock = null,
    VmPlacement? Placement = null,
    IReadOnlyList<string>? CpuFeatures = null,
    Bytes? HugePageSize = null,
    IReadOnlyList<int>? NumaNodes = null,
    bool NotResponding = false);
