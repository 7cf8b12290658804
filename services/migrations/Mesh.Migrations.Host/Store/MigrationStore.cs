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
using Mesh.Migrations.Intake;

namespace Mesh.Migrations.Host.Store;

/// <summary>A stored migration.</summary>
/// <param name="State">Its state.</param>
/// <param name="Version">Number of transitions that led to it.</param>
internal sealed record StoredMigration(MigrationState State, long Version);

/// <summary>An inventory from the store, checked again: it may be from before the mesh checked what it stores.</summary>
/// <param name="Host">The host.</param>
/// <param name="Checked">What counts of it.</param>
internal sealed record StoredInventory(HostName Host, AgentMessage<HostInventory> Checked);

/// <summary>Stores migrations: one transaction per transition, with the snapshot, the journal entry and the outgoing messages.</summary>
internal sealed class MigrationStore(MeshDatabase database, OutboxSignal outbox)
{
    public Task<StoredMigration?> LoadAsync(MigrationId id, CancellationToken cancellation = default) =>
        database.ReadAsync(async connection =>
        {
            var row = await connection.QuerySingleOrDefaultAsync<SnapshotRow>(
                "SELECT state AS State, version AS Version FROM migration WHERE id = @id", new { id = id.Value });
            return row is null ? null : new StoredMigration(Read<MigrationState>(row.State), row.Version);
        }, cancellation);

    /// <summary>Saves a transition from <paramref name="version"/> to the next one.</summary>
    /// <returns>False if the message that caused it was handled before: then nothing is saved, because everything already is.</returns>
    /// <exception cref="ConcurrencyException">Another owner has changed the migration, or the VM has another unfinished one.</exception>
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
        bool isSaved;
        try
        {
            isSaved = await database.WriteAsync(async (connection, transaction) =>
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
            throw new ConcurrencyException($"migration {state.Id}, or another one of the same VM, already exists", e);
        }

        if (isSaved && messages.Count > 0)
            outbox.Set();
        return isSaved;
    }

    /// <summary>Migrations by time of request, the newest first.</summary>
    public Task<IReadOnlyList<MigrationState>> ListAsync(bool unfinishedOnly, int countMax, CancellationToken cancellation = default) =>
        database.ReadAsync(async connection => Read(await connection.QueryAsync<string>(
            $"SELECT state FROM migration {(unfinishedOnly ? "WHERE ended = 0" : "")} ORDER BY requested_at DESC, id LIMIT @countMax", new { countMax })), cancellation);

    public Task<IReadOnlyList<MigrationState>> ListUnfinishedAsync(CancellationToken cancellation = default) =>
        database.ReadAsync(async connection => Read(await connection.QueryAsync<string>("SELECT state FROM migration WHERE ended = 0")), cancellation);

    /// <summary>Every input of a migration with its time, in order.</summary>
    public Task<IReadOnlyList<(DateTimeOffset At, MigrationInput Input)>> LoadJournalAsync(MigrationId id, CancellationToken cancellation = default) =>
        database.ReadAsync<IReadOnlyList<(DateTimeOffset, MigrationInput)>>(async connection =>
            [.. (await connection.QueryAsync<(string At, string Input)>(
                "SELECT at, input FROM journal WHERE migration_id = @id ORDER BY version", new { id = id.Value }))
                .Select(row => (DateTimeOffset.Parse(row.At, CultureInfo.InvariantCulture), Read<MigrationInput>(row.Input)))], cancellation);

    /// <summary>
    /// Allocates an epoch: higher than all earlier ones, and at least the time in milliseconds, so that a store recreated after a loss does
    /// not allocate epochs that agents would reject as outdated.
    /// </summary>
    public Task<Epoch> NextEpochAsync(DateTimeOffset now, CancellationToken cancellation = default) =>
        database.WriteAsync(async (connection, transaction) => new Epoch(await connection.ExecuteScalarAsync<long>(
            """
            INSERT INTO epoch (id, latest) VALUES (1, @least)
            ON CONFLICT (id) DO UPDATE SET latest = CASE WHEN epoch.latest + 1 > @least THEN epoch.latest + 1 ELSE @least END
            RETURNING latest
            """, new { least = now.ToUnixTimeMilliseconds() }, transaction)), cancellation);

    public Task SaveInventoryAsync(HostInventory inventory, CancellationToken cancellation = default) =>
        database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "INSERT INTO host (name, inventory) VALUES (@name, @json) ON CONFLICT (name) DO UPDATE SET inventory = @json",
            new { name = inventory.Host.Value, json = JsonSerializer.Serialize(inventory, MeshJson.Options) }, transaction), cancellation);

    public Task RemoveInventoryAsync(HostName host, CancellationToken cancellation = default) =>
        database.WriteAsync((connection, transaction) => connection.ExecuteAsync("DELETE FROM host WHERE name = @name", new { name = host.Value }, transaction), cancellation);

    /// <summary>Every stored inventory, checked as when it arrives: it may be from a mesh that did not check it.</summary>
    public Task<IReadOnlyList<StoredInventory>> LoadInventoriesAsync(CancellationToken cancellation = default) =>
        database.ReadAsync<IReadOnlyList<StoredInventory>>(async connection =>
            [.. (await connection.QueryAsync<(string Name, string Inventory)>("SELECT name, inventory FROM host ORDER BY name")).Select(row => Check(row.Name, row.Inventory))], cancellation);

    private const string InsertMigration =
        "INSERT INTO migration (id, version, vm_id, ended, requested_at, state) VALUES (@id, @next, @vm, @ended, @requestedAt, @state)";

    private const string UpdateMigration =
        "UPDATE migration SET version = @next, ended = @ended, state = @state WHERE id = @id AND version = @version";

    private const string InsertJournal =
        "INSERT INTO journal (migration_id, version, at, input) VALUES (@id, @next, @at, @input)";

    private static StoredInventory Check(string name, string inventory)
    {
        var host = new HostName(name);
        try
        {
            using var json = JsonDocument.Parse(inventory);
            var found = AgentMessageReader.ReadInventory(json.RootElement);
            return new(host, found.Content is { } content && content.Host != host ? found with { Content = null, Fault = new("host", $"is {content.Host}, stored as {host}") } : found);
        }
        catch (JsonException e)
        {
            return new(host, new(null, host, new("", $"cannot be read: {e.Message}"), []));
        }
    }

    private static string Instant(DateTimeOffset at) => at.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, MeshJson.Options)!;

    private static IReadOnlyList<MigrationState> Read(IEnumerable<string> states) => [.. states.Select(Read<MigrationState>)];

    private sealed class SnapshotRow
    {
        public string State { get; init; } = "";

        public long Version { get; init; }
    }
}

/// <summary>The same migration was changed, or another one for the same VM was started, at the same time.</summary>
internal sealed class ConcurrencyException : Exception
{
    public ConcurrencyException(string message)
        : base(message)
    {
    }

    public ConcurrencyException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public ConcurrencyException()
    {
    }
}
