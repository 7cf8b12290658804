using Mesh.Contracts.Values;

namespace Mesh.Contracts.Hosts;

/// <summary>A host's CPUs, memory and link.</summary>
/// <param name="Architecture">As libvirt names it, such as <c>x86_64</c> (<c>virNodeGetInfo</c>).</param>
/// <param name="CpuModel">The host CPU's model in libvirt's capabilities; empty if unknown.</param>
/// <param name="LogicalCpus">Active logical CPUs; one or more.</param>
/// <param name="Memory">Memory of the host in all.</param>
/// <param name="FreeMemory">Memory free now (<c>virNodeGetFreeMemory</c>), or that libvirt's host could free for a VM.</param>
/// <param name="Link">What its migration link carries in each direction; null if the agent was not told.</param>
/// <param name="CpuModels">Models that a VM may be given here (<c>virConnectGetDomainCapabilities</c>); null if unknown.</param>
/// <param name="CpuFeatures">Features of the host's CPUs in libvirt's words; null if unknown.</param>
/// <param name="NumaCells">Its NUMA nodes; null if unknown.</param>
/// <param name="HugePages">Its huge pages by size; null if unknown.</param>
public sealed record HostCapacity(
    string Architecture,
    string CpuModel,
    int LogicalCpus,
    Bytes Memory,
    Bytes FreeMemory,
    BytesPerSecond? Link = null,
    IReadOnlyList<string>? CpuModels = null,
    IReadOnlyList<string>? CpuFeatures = null,
    IReadOnlyList<NumaCell>? NumaCells = null,
    IReadOnlyList<HugePagePool>? HugePages = null);
