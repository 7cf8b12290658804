using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>What a machine's last migration told of it, for predicting the next.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="DirtyRate">The rate at which it wrote memory anew.</param>
/// <param name="Bandwidth">The rate at which it was copied.</param>
/// <param name="At">When that migration ended, by the mesh's clock.</param>
public sealed record VmMigrationHistory(VmId Vm, BytesPerSecond DirtyRate, BytesPerSecond Bandwidth, DateTimeOffset At);
