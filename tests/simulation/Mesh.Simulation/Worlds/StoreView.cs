using System.Text.Json;
using Dapper;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Migrations;
using Microsoft.Data.Sqlite;

namespace Mesh.Simulation.Worlds;

/// <summary>The migrations service's database, in memory and outliving the service, and what is committed in it now.</summary>
internal sealed class StoreView : IDisposable
{
    private static long _count;

    private readonly SqliteConnection _connection;
    private long _endedSeen;

    /// <summary>An empty database.</summary>
    public StoreView()
    {
        SQLitePCL.Batteries_V2.Init();
        Path = $"file:mesh-simulation-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}?mode=memory&cache=shared";
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ToString());
        _connection.Open();
    }

    /// <summary>The setting that leads a service to it.</summary>
    public string Location => $"sqlite:{Path}";

    private string Path { get; }

    private bool IsMade => _connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master WHERE name = 'migration'") > 0;

    /// <summary>Every flight as it is committed.</summary>
    public IReadOnlyList<FlightState> Flights() => IsMade ? [.. _connection.Query<string>("SELECT state FROM migration ORDER BY id").Select(Read<FlightState>)] : [];

    /// <summary>A flight as it is committed; null if there is none.</summary>
    public FlightState? Flight(MigrationId id) => IsMade && _connection.QuerySingleOrDefault<string>(
        "SELECT state FROM migration WHERE id = @id", new { id = id.Value }) is { } state ? Read<FlightState>(state) : null;

    /// <summary>The flights that have ended.</summary>
    public IEnumerable<MigrationId> EndedIds()
    {
        var ended = _connection.ExecuteScalar<long>("SELECT COUNT(*) FROM migration WHERE ended = 1");
        if (ended == _endedSeen)
            return [];
        _endedSeen = ended;
        return _connection.Query<string>("SELECT id FROM migration WHERE ended = 1 ORDER BY id").Select(id => new MigrationId(id));
    }

    /// <summary>How many flights have not ended.</summary>
    public long UnfinishedCount() => IsMade ? _connection.ExecuteScalar<long>("SELECT COUNT(*) FROM migration WHERE ended = 0") : 0;

    /// <summary>How many messages wait to be sent.</summary>
    public long OutboxCount() => IsMade ? _connection.ExecuteScalar<long>("SELECT COUNT(*) FROM outbox") : 0;

    /// <summary>A flight's inputs with their times, in order.</summary>
    public IReadOnlyList<(DateTimeOffset At, FlightInput Input)> Journal(MigrationId id) =>
    [
        .. _connection.Query<(string At, string Input)>("SELECT at, input FROM journal WHERE migration_id = @id ORDER BY version", new { id = id.Value })
            .Select(row => (DateTimeOffset.Parse(row.At, System.Globalization.CultureInfo.InvariantCulture), Read<FlightInput>(row.Input))),
    ];

    /// <inheritdoc />
    public void Dispose()
    {
        using (var pooled = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = true }.ToString()))
            SqliteConnection.ClearPool(pooled);
        _connection.Dispose();
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, MeshJson.Options)!;
}
