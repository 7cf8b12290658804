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
}
