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

    /// <summary>Its logical processors.</summary>
    public int LogicalCpus { get; init; } = 32;

    /// <summary>What its migration link carries in each direction; 10 Gbit/s of payload unless told otherwise.</summary>
    public BytesPerSecond Link { get; init; } = BytesPerSecond.FromMebibytes(1100);

    /// <summary>Its labels; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Bridges and networks that a machine can be connected to; null if it does not tell.</summary>
    public IReadOnlyList<string>? Networks { get; init; }

    /// <summary>Storage that it reaches; null if it does not tell.</summary>
    public IReadOnlyList<HostStorage>? Storage { get; init; }

    /// <summary>Its processors' model.</summary>
    public string CpuModel { get; init; } = "simulated";

    /// <summary>Processor models that a machine may be given; null if it does not tell.</summary>
    public IReadOnlyList<string>? CpuModels { get; init; }

    /// <summary>Its processors' features; null if it does not tell.</summary>
    public IReadOnlyList<string>? CpuFeatures { get; init; }

    /// <summary>Its NUMA nodes; null if it does not tell.</summary>
    public IReadOnlyList<NumaCell>? NumaCells { get; init; }

    /// <summary>Its huge pages; null if it does not tell.</summary>
    public IReadOnlyList<HugePagePool>? HugePages { get; init; }

    /// <summary>Its UUID; null for one made of its name.</summary>
    public string? Uuid { get; init; }

    /// <summary>The version of what runs its machines.</summary>
    public string HypervisorVersion { get; init; } = "1.0";

    /// <summary>Machine types that it can run; null if it does not tell.</summary>
    public IReadOnlyList<string>? MachineTypes { get; init; }
}
