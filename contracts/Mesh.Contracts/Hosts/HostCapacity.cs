using Mesh.Contracts.Values;

namespace Mesh.Contracts.Hosts;

/// <summary>A host's CPUs, memory and link.</summary>
/// <param name="Architecture">As libvirt names it, such as <c>x86_64</c> (<c>virNodeGetInfo</c>).</param>
/// <param name="CpuModel">The host CPU's model in libvirt's capabilities; empty if unknown.</param>
/// <param name="LogicalCpus">Active logical CPUs; one to 65,536.</param>
/// <param name="Memory">Total memory.</param>
/// <param name="FreeMemory">Memory that is free now (<c>virNodeGetFreeMemory</c>), or that the host could free for a VM.</param>
/// <param name="Link">Capacity of its migration link in each direction; null if the agent is not configured with it.</param>
/// <param name="CpuModels">Models that a VM may be given here (<c>virConnectGetDomainCapabilities</c>); null if unknown.</param>
/// <param name="CpuFeatures">Features of the host's CPUs, as libvirt names them; null if unknown.</param>
/// <param name="NumaCells">Its NUMA nodes; null if unknown.</param>
/// <param name="HugePages">Its huge pages by size; null if unknown.</param>
public sealed record HostCapacity(
    string Architecture,
    string CpuModel,
    [property: Limits(1, MessageLimits.LogicalCpusMax)] int LogicalCpus,
    Bytes Memory,
    Bytes FreeMemory,
    BytesPerSecond? Link = null,
    IReadOnlyList<string>? CpuModels = null,
    IReadOnlyList<string>? CpuFeatures = null,
    IReadOnlyList<NumaCell>? NumaCells = null,
    IReadOnlyList<HugePagePool>? HugePages = null);
