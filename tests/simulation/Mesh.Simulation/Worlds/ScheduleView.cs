using System.Text.Json;
using Dapper;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;

namespace Mesh.Simulation.Worlds;

/// <summary>The scheduler's database and what is committed in it now.</summary>
internal sealed class ScheduleView : SimulatedStore
{
    private bool _isMade;

    /// <summary>Every drain, by identity.</summary>
    public IReadOnlyList<DrainView> Drains() => IsMade ? [.. Connection.Query<string>("SELECT state FROM drain ORDER BY id").Select(Read<DrainView>)] : [];

    /// <summary>Every closed host.</summary>
    public IReadOnlyList<HostCordon> Cordons() => IsMade ? [.. Connection.Query<string>("SELECT cordon FROM host_cordon ORDER BY host").Select(Read<HostCordon>)] : [];

    private bool IsMade => _isMade = _isMade || Connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master WHERE name = 'drain'") > 0;

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, MeshJson.Options)!;
}
