using System.Text.Json.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>What a machine's last migration told of it, for predicting the next.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="DirtyRate">The rate at which it wrote memory anew.</param>
/// <param name="Bandwidth">The rate at which it was copied.</param>
/// <param name="At">When that migration ended, by the mesh's clock.</param>
// Stored as JSON: these names must not change.
public sealed record VmMigrationHistory(
    [property: JsonPropertyName("vm")] VmId Vm,
    [property: JsonPropertyName("dirtyRate")] BytesPerSecond DirtyRate,
    [property: JsonPropertyName("bandwidth")] BytesPerSecond Bandwidth,
    [property: JsonPropertyName("at")] DateTimeOffset At);
