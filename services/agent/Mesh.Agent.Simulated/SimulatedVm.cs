using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Simulated;

/// <summary>A VM of the model.</summary>
public sealed record SimulatedVm
{
    /// <summary>Its UUID.</summary>
    public required VmId Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its memory.</summary>
    public required Bytes Memory { get; init; }

    /// <summary>The part of its memory that is not zero; null for all of it. A zero page costs 9 bytes on the wire.</summary>
    public Bytes? UsedMemory { get; init; }

    /// <summary>How it writes to its memory.</summary>
    public DirtyCurve Dirty { get; init; } = DirtyCurve.Idle;

    /// <summary>Its vCPUs.</summary>
    public int VCpus { get; init; } = 1;

    /// <summary>Whether its definition remains on a host when it is shut off.</summary>
    public bool Persistent { get; init; } = true;

    /// <summary>Its disks; those with a capacity can be copied.</summary>
    public IReadOnlyList<VmDisk> Disks { get; init; } = [];

    /// <summary>Its network interfaces.</summary>
    public IReadOnlyList<VmNetwork> Networks { get; init; } = [];

    /// <summary>Devices passed through to it.</summary>
    public IReadOnlyList<VmHostDevice> HostDevices { get; init; } = [];

    /// <summary>Its labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Its machine type.</summary>
    public string Machine { get; init; } = "simulated";

    /// <summary>The model of its vCPUs.</summary>
    public string CpuModel { get; init; } = "simulated";

    /// <summary>CPU features that it requires; null if unknown.</summary>
    public IReadOnlyList<string>? CpuFeatures { get; init; }

    /// <summary>The size of the huge pages that back its memory; null if it uses none.</summary>
    public Bytes? HugePageSize { get; init; }

    /// <summary>The NUMA nodes of the host that its memory must be on; null for any.</summary>
    public IReadOnlyList<int>? NumaNodes { get; init; }

    /// <summary>Its placement constraints; null for none.</summary>
    public VmPlacement? Placement { get; init; }

    /// <summary>What locks it on its host; null for nothing. The model migrates it all the same.</summary>
    public VmLock? Lock { get; init; }

    internal Bytes NonZero => UsedMemory ?? Memory;
}
