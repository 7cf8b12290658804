using System.Text.Json;
using Dapper;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Serialization;
using Mesh.Scheduler.Draining;

namespace Mesh.Simulation.Worlds;

/// <summary>The scheduler's database and its committed state.</summary>
internal sealed class SchedulerStore : SimulatedStore
{
    private bool _hasSchema;

    /// <summary>All drains, ordered by identity.</summary>
    public IReadOnlyList<Drain> ReadDrains() => HasSchema ? [.. Connection.Query<string>("SELECT state FROM drain ORDER BY id").Select(Read<Drain>)] : [];

    /// <summary>All cordoned hosts.</summary>
    public IReadOnlyList<HostCordon> ReadCordons() => HasSchema ? [.. Connection.Query<string>("SELECT cordon FROM host_cordon ORDER BY host").Select(Read<HostCordon>)] : [];

    private bool HasSchema => _hasSchema = _hasSchema || Connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master WHERE name = 'drain'") > 0;

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, MeshJson.Options)!;
}
