using System.Text.Json.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>What a VM's last migration measured, for predicting the next.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="DirtyRate">The rate at which it dirtied memory.</param>
/// <param name="Bandwidth">The rate at which it was copied.</param>
/// <param name="At">When that migration ended, by the mesh's clock.</param>
// Stored as JSON: these names must not change.
public sealed record VmMigrationHistory(
    [property: JsonPropertyName("vm")] VmId Vm,
    [property: JsonPropertyName("dirtyRate")] BytesPerSecond DirtyRate,
    [property: JsonPropertyName("bandwidth")] BytesPerSecond Bandwidth,
    [property: JsonPropertyName("at")] DateTimeOffset At);
