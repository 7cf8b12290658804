using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>What a VM's last migration measured, for predicting the next.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="DirtyRate">The rate at which it dirtied memory.</param>
/// <param name="Bandwidth">The rate at which it was copied.</param>
/// <param name="At">When that migration ended, by the mesh's clock.</param>
public sealed record VmMigrationHistory(VmId Vm, BytesPerSecond DirtyRate, BytesPerSecond Bandwidth, DateTimeOffset At);
