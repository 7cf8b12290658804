using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hosting.Inbox;
using Mesh.Hosting.Outbox;
using Mesh.Hosting.Store;

namespace Mesh.Migrations.Host.Store;

/// <summary>A flight as it is kept.</summary>
/// <param name="State">Its state.</param>
/// <param name="Version">How many transitions led to it.</param>
internal sealed record StoredMigration(MigrationState State, long Version);

/// <summary>Keeps flights: per transition one transaction with the snapshot, the journal and the outgoing messages.</summary>
internal sealed class MigrationStore(MeshDatabase database, OutboxSignal outbox)
{
    public Task<StoredMigration?> LoadAsync(MigrationId id, CancellationToken cancellation = default) =>
        database.ReadAsync(async connection =>
        {
            var row = await connection.QuerySingleOrDefaultAsync<SnapshotRow>(
                "SELECT state AS State, version AS Version FROM migration WHERE id = @id", new { id = id.Value });
            return row is null ? null : new StoredMigration(Read<MigrationState>(row.State), row.Version);
        }, cancellation);

    /// <summary>Keeps a transition that led from <paramref name="version"/> to the next one.</summary>
    /// <returns>False if the message that caused it was taken before: then nothing is kept, because it is all kept already.</returns>
    /// <exception cref="ConcurrencyException">Another owner has moved the flight on, or the machine has another unfinished migration.</exception>
    public async Task<bool> SaveAsync(
        MigrationState state, long version, MigrationInput input, DateTimeOffset at, IReadOnlyList<OutboxMessage> messages,
        MessageIdentity? cause = null, CancellationToken cancellation = default)
    {
        var parameters = new
        {
            id = state.Id.Value,
            version,
            next = version + 1,
            vm = state.Vm?.Id.ToString(),
            ended = state.HasEnded ? 1 : 0,
            requestedAt = Instant(state.RequestedAt),
            state = JsonSerializer.Serialize(state, MeshJson.Options),
            at = Instant(at),
            input = JsonSerializer.Serialize(input, MeshJson.Options),
        };
        bool isKept;
        try
        {
            isKept = await database.WriteAsync(async (connection, transaction) =>
            {
                if (cause is { } message && !await InboxTable.TryAddAsync(connection, transaction, message, at))
                    return false;
                var changed = await connection.ExecuteAsync(version == 0 ? InsertMigration : UpdateMigration, parameters, transaction);
                if (changed != 1)
                    throw new ConcurrencyException($"migration {state.Id} is no longer at version {version}");
                await connection.ExecuteAsync(InsertJournal, parameters, transaction);
                await OutboxTable.AddAsync(connection, transaction, messages, at);
                return true;
            }, cancellation);
        }
        catch (DbException e) when (database.IsDuplicate(e))
        {
            throw new ConcurrencyException($"migration {state.Id}, or another of the same machine, exists already", e);
        }

        if (isKept && messages.Count > 0)
            outbox.Set();
        return isKept;
    }

    /// <summary>Flights by time of request, the newest first.</summary>
    public Task<IReadOnlyList<MigrationState>> ListAsync(bool unfinishedOnly, int countMax, CancellationToken cancellation = default) =>
        database.ReadAsync(async connection => Read(await connection.QueryAsync<string>(
            $"SELECT state FROM migration {(unfinishedOnly ? "WHERE ended = 0" : "")} ORDER BY requested_at DESC, id LIMIT @countMax", new { countMax })), cancellation);

    /// <summary>Every flight that has not ended.</summary>
    public Task<IReadOnlyList<MigrationState>> ListUnfinishedAsync(CancellationToken cancellation = default) =>
        database.ReadAsync(async connection => Read(await connection.QueryAsync<string>("SELECT state FROM migration WHERE ended = 0")), cancellation);

    /// <summary>Every input of a flight with its time, in order.</summary>
    public Task<IReadOnlyList<(DateTimeOffset At, MigrationInput Input)>> LoadJournalAsync(MigrationId id, CancellationToken cancellation = default) =>
        database.ReadAsync<IReadOnlyList<(DateTimeOffset, MigrationInput)>>(async connection =>
            [.. (await connection.QueryAsync<(string At, string Input)>(
                "SELECT at, input FROM journal WHERE migration_id = @id ORDER BY version", new { id = id.Value }))
                .Select(row => (DateTimeOffset.Parse(row.At, CultureInfo.InvariantCulture), Read<MigrationInput>(row.Input)))], cancellation);

    /// <summary>
    /// A new epoch: more than every one before, and at least the time in milliseconds, so that a store that was lost and begun
    /// anew does not give out epochs that the agents would refuse as old.
    /// </summary>
    public Task<Epoch> NextEpochAsync(DateTimeOffset now, CancellationToken cancellation = default) =>
        database.WriteAsync(async (connection, transaction) => new Epoch(await connection.ExecuteScalarAsync<long>(
            """
            INSERT INTO epoch (one, number) VALUES (1, @least)
            ON CONFLICT (one) DO UPDATE SET number = CASE WHEN epoch.number + 1 > @least THEN epoch.number + 1 ELSE @least END
            RETURNING number
            """, new { least = now.ToUnixTimeMilliseconds() }, transaction)), cancellation);

    public Task SaveInventoryAsync(HostInventory inventory, CancellationToken cancellation = default) =>
        database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "INSERT INTO host (name, inventory) VALUES (@name, @json) ON CONFLICT (name) DO UPDATE SET inventory = @json",
            new { name = inventory.Host.Value, json = JsonSerializer.Serialize(inventory, MeshJson.Options) }, transaction), cancellation);

    public Task<IReadOnlyList<HostInventory>> LoadInventoriesAsync(CancellationToken cancellation = default) =>
        database.ReadAsync<IReadOnlyList<HostInventory>>(async connection =>
            [.. (await connection.QueryAsync<string>("SELECT inventory FROM host")).Select(Read<HostInventory>)], cancellation);

    private const string InsertMigration =
        "INSERT INTO migration (id, version, vm_id, ended, requested_at, state) VALUES (@id, @next, @vm, @ended, @requestedAt, @state)";

    private const string UpdateMigration =
        "UPDATE migration SET version = @next, ended = @ended, state = @state WHERE id = @id AND version = @version";

    private const string InsertJournal =
        "INSERT INTO journal (migration_id, version, at, input) VALUES (@id, @next, @at, @input)";

    private static string Instant(DateTimeOffset at) => at.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, MeshJson.Options)!;

    private static IReadOnlyList<MigrationState> Read(IEnumerable<string> states) => [.. states.Select(Read<MigrationState>)];

    private sealed class SnapshotRow
    {
        public string State { get; init; } = "";

        public long Version { get; init; }
    }
}
