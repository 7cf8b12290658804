using System.Text.Json.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>The dirty rate and bandwidth of a VM's last migration, for predicting the next. Stored: the JSON names must not change.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="DirtyRate">The rate at which it wrote memory anew.</param>
/// <param name="Bandwidth">The rate at which it was copied.</param>
/// <param name="At">When that migration ended, by the mesh's clock.</param>
public sealed record VmMigrationHistory(
    [property: JsonPropertyName("vm")] VmId Vm,
    [property: JsonPropertyName("dirtyRate")] BytesPerSecond DirtyRate,
    [property: JsonPropertyName("bandwidth")] BytesPerSecond Bandwidth,
    [property: JsonPropertyName("at")] DateTimeOffset At);
