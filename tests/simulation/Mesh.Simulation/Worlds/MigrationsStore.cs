using System.Text.Json;
using Dapper;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Migrations;

namespace Mesh.Simulation.Worlds;

/// <summary>The migrations service's database and its committed state.</summary>
internal sealed class MigrationsStore : SimulatedStore
{
    private long _endedSeen;
    private long _journalSeen;
    private bool _hasSchema;

    private bool HasSchema => _hasSchema = _hasSchema || Connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master WHERE name = 'migration'") > 0;

    /// <summary>All migrations as committed.</summary>
    public IReadOnlyList<MigrationState> ReadMigrations() => HasSchema ? [.. Connection.Query<string>("SELECT state FROM migration ORDER BY id").Select(Read<MigrationState>)] : [];

    /// <summary>A migration as committed; null if there is none.</summary>
    public MigrationState? FindMigration(MigrationId id) => HasSchema && Connection.QuerySingleOrDefault<string>(
        "SELECT state FROM migration WHERE id = @id", new { id = id.Value }) is { } state ? Read<MigrationState>(state) : null;

    /// <summary>All ended migrations; empty if none has ended since the last call.</summary>
    public IEnumerable<MigrationId> ReadEndedIds()
    {
        var ended = Connection.ExecuteScalar<long>("SELECT COUNT(*) FROM migration WHERE ended = 1");
        if (ended == _endedSeen)
            return [];
        _endedSeen = ended;
        return Connection.Query<string>("SELECT id FROM migration WHERE ended = 1 ORDER BY id").Select(id => new MigrationId(id));
    }

    /// <summary>The migrations changed since the last call, in their current state.</summary>
    public IEnumerable<CommittedMigration> ReadChanged()
    {
        var newest = Connection.ExecuteScalar<long>("SELECT COALESCE(MAX(rowid), 0) FROM journal");
        if (newest == _journalSeen)
            return [];
        var before = _journalSeen;
        _journalSeen = newest;
        return Connection.Query<string>(
            "SELECT state FROM migration WHERE id IN (SELECT migration_id FROM journal WHERE rowid > @before) ORDER BY id", new { before }).Select(Read<CommittedMigration>);
    }

    /// <summary>Number of unfinished migrations.</summary>
    public long CountUnfinished() => HasSchema ? Connection.ExecuteScalar<long>("SELECT COUNT(*) FROM migration WHERE ended = 0") : 0;

    /// <summary>Number of messages that wait to be sent.</summary>
    public long CountOutbox() => HasSchema ? Connection.ExecuteScalar<long>("SELECT COUNT(*) FROM outbox") : 0;

    /// <summary>A migration's inputs with their times, in order.</summary>
    public IReadOnlyList<(DateTimeOffset At, MigrationInput Input)> ReadJournal(MigrationId id) =>
    [
        .. Connection.Query<(string At, string Input)>("SELECT at, input FROM journal WHERE migration_id = @id ORDER BY version", new { id = id.Value })
            .Select(row => (DateTimeOffset.Parse(row.At, System.Globalization.CultureInfo.InvariantCulture), Read<MigrationInput>(row.Input))),
    ];

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, MeshJson.Options)!;
}
