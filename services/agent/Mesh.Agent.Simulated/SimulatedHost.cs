using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

/// <summary>A host of the model.</summary>
public sealed record SimulatedHost
{
    /// <summary>Its name.</summary>
    public required HostName Name { get; init; }

    /// <summary>Its memory.</summary>
    public Bytes Memory { get; init; } = Bytes.FromGibibytes(256);

    /// <summary>Its logical CPUs.</summary>
    public int LogicalCpus { get; init; } = 32;

    /// <summary>Bandwidth of its migration link in each direction. Default: the payload of 10 Gbit/s.</summary>
    public BytesPerSecond Link { get; init; } = BytesPerSecond.FromMebibytes(1100);

    /// <summary>Its labels; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Bridges and networks that a VM can be connected to; null if unknown.</summary>
    public IReadOnlyList<string>? Networks { get; init; }

    /// <summary>Storage that it can reach; null if unknown.</summary>
    public IReadOnlyList<HostStorage>? Storage { get; init; }

    /// <summary>Its CPU model.</summary>
    public string CpuModel { get; init; } = "simulated";

    /// <summary>CPU models that VMs can have; null if unknown.</summary>
    public IReadOnlyList<string>? CpuModels { get; init; }

    /// <summary>Its CPU features; null if unknown.</summary>
    public IReadOnlyList<string>? CpuFeatures { get; init; }

    /// <summary>Its NUMA nodes; null if unknown.</summary>
    public IReadOnlyList<NumaCell>? NumaCells { get; init; }

    /// <summary>Its huge pages; null if unknown.</summary>
    public IReadOnlyList<HugePagePool>? HugePages { get; init; }

    /// <summary>Its UUID; null for one derived from its name.</summary>
    public string? Uuid { get; init; }

    /// <summary>The version of its hypervisor.</summary>
    public string HypervisorVersion { get; init; } = "1.0";

    /// <summary>Machine types that it supports; null if unknown.</summary>
    public IReadOnlyList<string>? MachineTypes { get; init; }
}
