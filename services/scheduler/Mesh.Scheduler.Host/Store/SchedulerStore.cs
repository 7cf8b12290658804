using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hosting.Store;

namespace Mesh.Scheduler.Host.Store;

/// <summary>Keeps closed hosts, drains, failures, what machines' migrations told, and placement rules.</summary>
internal sealed class SchedulerStore(MeshDatabase database, StoredRulesReader rules)
{
    /// <summary>Everything that a decision rests on.</summary>
    /// <param name="troublesSince">Older failures count for nothing any more.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public Task<SchedulerState> ReadAsync(DateTimeOffset troublesSince, CancellationToken cancellation = default) => database.ReadAsync(
        async connection => new SchedulerState(
            await ListCordonsAsync(connection),
            [.. await ListDrainsAsync(connection, "WHERE open = 1 ORDER BY requested_at, id", null)],
            await ReadFailuresAsync(connection, troublesSince),
            [.. (await connection.QueryAsync<string>("SELECT history FROM vm_history ORDER BY vm_id")).Select(Read<VmMigrationHistory>)],
            (await rules.ReadAsync(connection)).Rules ?? new PlacementRules()),
        cancellation);

    /// <summary>Every host that no machine may come to.</summary>
    public Task<IReadOnlyList<HostCordon>> ListCordonsAsync(CancellationToken cancellation = default) => database.ReadAsync(ListCordonsAsync, cancellation);

    /// <summary>Closes a host, or changes why it is closed.</summary>
    public Task SaveAsync(HostCordon cordon, CancellationToken cancellation = default) =>
        database.WriteAsync((connection, transaction) => SaveAsync(connection, transaction, cordon), cancellation);

    /// <summary>Opens a host; false if it was open.</summary>
    public Task<bool> RemoveCordonAsync(HostName host, CancellationToken cancellation = default) => database.WriteAsync(
        async (connection, transaction) => await RemoveCordonAsync(connection, transaction, host) > 0, cancellation);

    /// <summary>One drain; null if there is none of that identity.</summary>
    public Task<StoredDrain?> FindDrainAsync(string id, CancellationToken cancellation = default) => database.ReadAsync(
        async connection => (await ListDrainsAsync(connection, "WHERE id = @id", new { id })).FirstOrDefault(), cancellation);

    /// <summary>Drains, the newest first.</summary>
    public Task<IReadOnlyList<StoredDrain>> ListDrainsAsync(int countMax, CancellationToken cancellation = default) => database.ReadAsync<IReadOnlyList<StoredDrain>>(
        async connection => [.. await ListDrainsAsync(connection, "ORDER BY requested_at DESC, id LIMIT @countMax", new { countMax })], cancellation);

    /// <summary>Keeps a drain together with what it means for its hosts; false if somebody has moved it on meanwhile, and then nothing is kept.</summary>
    /// <param name="drain">The drain.</param>
    /// <param name="version">The version that it follows; 0 for a new one.</param>
    /// <param name="close">Hosts that are closed by it.</param>
    /// <param name="open">Hosts that are opened by it.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public Task<bool> SaveAsync(
        DrainView drain, long version, IReadOnlyList<HostCordon> close, IReadOnlyList<HostName> open, CancellationToken cancellation = default)
    {
        var parameters = new
        {
            id = drain.Id,
            at = FormatTime(drain.At),
            open = new StoredDrain(drain, version).IsActive ? 1 : 0,
            version,
            next = version + 1,
            state = JsonSerializer.Serialize(drain, MeshJson.Options),
        };
        return database.WriteAsync(
            async (connection, transaction) =>
            {
                var changed = await connection.ExecuteAsync(
                    version == 0
                        ? "INSERT INTO drain (id, requested_at, open, version, state) VALUES (@id, @at, @open, @next, @state) ON CONFLICT (id) DO NOTHING"
                        : "UPDATE drain SET open = @open, version = @next, state = @state WHERE id = @id AND version = @version",
                    parameters, transaction);
                if (changed == 0)
                    return false;
                foreach (var cordon in close)
                    await SaveAsync(connection, transaction, cordon);
                foreach (var host in open)
                    await RemoveCordonAsync(connection, transaction, host);
                return true;
            },
            cancellation);
    }

    /// <summary>Remembers a failure, and forgets those that count for nothing any more.</summary>
    public Task SaveAsync(HostFailure trouble, DateTimeOffset forgetBefore, CancellationToken cancellation = default) => database.WriteAsync(
        async (connection, transaction) =>
        {
            await connection.ExecuteAsync("DELETE FROM host_trouble WHERE at < @before", new { before = FormatTime(forgetBefore) }, transaction);
            return await connection.ExecuteAsync(
                "INSERT INTO host_trouble (host, migration, at, why) VALUES (@host, @migration, @at, @why) ON CONFLICT (host, migration) DO UPDATE SET at = @at, why = @why",
                new { host = trouble.Host.Value, migration = trouble.Migration.Value, at = FormatTime(trouble.At), why = trouble.Reason }, transaction);
        },
        cancellation);

    /// <summary>Remembers what a machine's migration told of it.</summary>
    public Task SaveAsync(VmMigrationHistory history, CancellationToken cancellation = default) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "INSERT INTO vm_history (vm_id, history) VALUES (@vm, @json) ON CONFLICT (vm_id) DO UPDATE SET history = @json",
            new { vm = history.Vm.ToString(), json = JsonSerializer.Serialize(history, MeshJson.Options) }, transaction),
        cancellation);

    /// <summary>The rules that count, and who kept them.</summary>
    public Task<RulesAnswer> ReadRulesAsync(CancellationToken cancellation = default) => database.ReadAsync(rules.ReadAsync, cancellation);

    /// <summary>Keeps a document of rules in place of the one before.</summary>
    public Task SaveRulesAsync(string document, string by, DateTimeOffset at, CancellationToken cancellation = default) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            """
            INSERT INTO placement_rules (one, document, kept_by, kept_at) VALUES (1, @document, @by, @at)
            ON CONFLICT (one) DO UPDATE SET document = @document, kept_by = @by, kept_at = @at
            """,
            new { document, by, at = FormatTime(at) }, transaction),
        cancellation);

    private static async Task<IReadOnlyList<HostCordon>> ListCordonsAsync(DbConnection connection) =>
        [.. (await connection.QueryAsync<string>("SELECT cordon FROM host_cordon ORDER BY host")).Select(Read<HostCordon>)];

    private static async Task<IEnumerable<StoredDrain>> ListDrainsAsync(DbConnection connection, string which, object? parameters) =>
        (await connection.QueryAsync<(string State, long Version)>($"SELECT state, version FROM drain {which}", parameters))
            .Select(row => new StoredDrain(Read<DrainView>(row.State), row.Version));

    private static async Task<IReadOnlyList<HostFailure>> ReadFailuresAsync(DbConnection connection, DateTimeOffset since) =>
    [
        .. (await connection.QueryAsync<(string Host, string Migration, string At, string Why)>(
                "SELECT host, migration, at, why FROM host_trouble WHERE at >= @since ORDER BY at DESC, host", new { since = FormatTime(since) }))
            .Select(row => new HostFailure(new HostName(row.Host), DateTimeOffset.Parse(row.At, CultureInfo.InvariantCulture), new MigrationId(row.Migration), row.Why)),
    ];

    private static Task<int> SaveAsync(DbConnection connection, DbTransaction transaction, HostCordon cordon) => connection.ExecuteAsync(
        "INSERT INTO host_cordon (host, cordon) VALUES (@host, @json) ON CONFLICT (host) DO UPDATE SET cordon = @json",
        new { host = cordon.Host.Value, json = JsonSerializer.Serialize(cordon, MeshJson.Options) }, transaction);

    private static Task<int> RemoveCordonAsync(DbConnection connection, DbTransaction transaction, HostName host) =>
        connection.ExecuteAsync("DELETE FROM host_cordon WHERE host = @host", new { host = host.Value }, transaction);

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, MeshJson.Options) ?? throw new JsonException("nothing is kept");

    private static string FormatTime(DateTimeOffset at) => at.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
}
