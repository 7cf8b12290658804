using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hosting.Store;
using Mesh.Scheduler.Draining;

namespace Mesh.Scheduler.Host.Store;

/// <summary>Stores cordons, drains, failures of hosts, migration histories of VMs, and placement rules.</summary>
internal sealed class SchedulerStore(MeshDatabase database, StoredRulesReader rules)
{
    /// <summary>Everything that a pass needs, without failures before a time.</summary>
    public Task<SchedulerState> ReadAsync(DateTimeOffset failuresSince, CancellationToken cancellation = default) => database.ReadAsync(
        async connection => new SchedulerState(
            await ListCordonsAsync(connection),
            [.. await ListDrainsAsync(connection, "WHERE active = 1 ORDER BY requested_at, id", null)],
            await ReadFailuresAsync(connection, failuresSince),
            [.. (await connection.QueryAsync<string>("SELECT history FROM vm_migration_history ORDER BY vm_id")).Select(Read<VmMigrationHistory>)],
            (await rules.ReadAsync(connection)).Rules ?? new PlacementRules()),
        cancellation);

    public Task<IReadOnlyList<HostCordon>> ListCordonsAsync(CancellationToken cancellation = default) => database.ReadAsync(ListCordonsAsync, cancellation);

    /// <summary>Cordons a host, or updates its cordon.</summary>
    public Task SaveAsync(HostCordon cordon, CancellationToken cancellation = default) =>
        database.WriteAsync((connection, transaction) => SaveAsync(connection, transaction, cordon), cancellation);

    /// <summary>Uncordons a host; false if it was not cordoned.</summary>
    public Task<bool> RemoveCordonAsync(HostName host, CancellationToken cancellation = default) => database.WriteAsync(
        async (connection, transaction) => await RemoveCordonAsync(connection, transaction, host) > 0, cancellation);

    /// <summary>Deletes a host's cordon and failures; true if it was cordoned.</summary>
    public Task<bool> ForgetAsync(HostName host, CancellationToken cancellation = default) => database.WriteAsync(
        async (connection, transaction) =>
        {
            await connection.ExecuteAsync("DELETE FROM host_failure WHERE host = @host", new { host = host.Value }, transaction);
            return await RemoveCordonAsync(connection, transaction, host) > 0;
        },
        cancellation);

    /// <summary>The drain with that ID; null if there is none.</summary>
    public Task<StoredDrain?> FindDrainAsync(string id, CancellationToken cancellation = default) => database.ReadAsync(
        async connection => (await ListDrainsAsync(connection, "WHERE id = @id", new { id })).FirstOrDefault(), cancellation);

    /// <summary>The newest drains, the newest first.</summary>
    public Task<IReadOnlyList<StoredDrain>> ListDrainsAsync(int countMax, CancellationToken cancellation = default) => database.ReadAsync<IReadOnlyList<StoredDrain>>(
        async connection => [.. await ListDrainsAsync(connection, "ORDER BY requested_at DESC, id LIMIT @countMax", new { countMax })], cancellation);

    /// <summary>Saves a drain and its cordons in one transaction; saves nothing and returns false if it has been updated since it was read.</summary>
    /// <remarks>The version is the one that was read; 0 for a new drain.</remarks>
    public Task<bool> SaveAsync(
        Drain drain, long version, IReadOnlyList<HostCordon> cordons, IReadOnlyList<HostName> uncordoned, CancellationToken cancellation = default)
    {
        var parameters = new
        {
            id = drain.Id,
            at = FormatTime(drain.RequestedAt),
            active = new StoredDrain(drain, version).IsActive ? 1 : 0,
            version,
            next = version + 1,
            state = JsonSerializer.Serialize(drain, MeshJson.Options),
        };
        return database.WriteAsync(
            async (connection, transaction) =>
            {
                var changed = await connection.ExecuteAsync(
                    version == 0
                        ? "INSERT INTO drain (id, requested_at, active, version, state) VALUES (@id, @at, @active, @next, @state) ON CONFLICT (id) DO NOTHING"
                        : "UPDATE drain SET active = @active, version = @next, state = @state WHERE id = @id AND version = @version",
                    parameters, transaction);
                if (changed == 0)
                    return false;
                foreach (var cordon in cordons)
                    await SaveAsync(connection, transaction, cordon);
                foreach (var host in uncordoned)
                    await RemoveCordonAsync(connection, transaction, host);
                return true;
            },
            cancellation);
    }

    /// <summary>Saves a failure, and deletes those that no longer count.</summary>
    public Task SaveAsync(HostFailure failure, DateTimeOffset deleteBefore, CancellationToken cancellation = default) => database.WriteAsync(
        async (connection, transaction) =>
        {
            await connection.ExecuteAsync("DELETE FROM host_failure WHERE failed_at < @before", new { before = FormatTime(deleteBefore) }, transaction);
            return await connection.ExecuteAsync(
                "INSERT INTO host_failure (host, migration_id, failed_at, reason) VALUES (@host, @migration, @at, @reason) "
                + "ON CONFLICT (host, migration_id) DO UPDATE SET failed_at = @at, reason = @reason",
                new { host = failure.Host.Value, migration = failure.Migration.Value, at = FormatTime(failure.At), reason = failure.Reason }, transaction);
        },
        cancellation);

    public Task SaveAsync(VmMigrationHistory history, CancellationToken cancellation = default) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "INSERT INTO vm_migration_history (vm_id, history) VALUES (@vm, @json) ON CONFLICT (vm_id) DO UPDATE SET history = @json",
            new { vm = history.Vm.ToString(), json = JsonSerializer.Serialize(history, MeshJson.Options) }, transaction),
        cancellation);

    /// <summary>The rules in effect, and who applied them.</summary>
    public Task<RulesAnswer> ReadRulesAsync(CancellationToken cancellation = default) => database.ReadAsync(rules.ReadAsync, cancellation);

    /// <summary>Replaces the document of rules.</summary>
    public Task SaveRulesAsync(string document, string by, DateTimeOffset at, CancellationToken cancellation = default) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            """
            INSERT INTO placement_rules (id, document, updated_by, updated_at) VALUES (1, @document, @by, @at)
            ON CONFLICT (id) DO UPDATE SET document = @document, updated_by = @by, updated_at = @at
            """,
            new { document, by, at = FormatTime(at) }, transaction),
        cancellation);

    private static async Task<IReadOnlyList<HostCordon>> ListCordonsAsync(DbConnection connection) =>
        [.. (await connection.QueryAsync<string>("SELECT cordon FROM host_cordon ORDER BY host")).Select(Read<HostCordon>)];

    private static async Task<IEnumerable<StoredDrain>> ListDrainsAsync(DbConnection connection, string which, object? parameters) =>
        (await connection.QueryAsync<(string State, long Version)>($"SELECT state, version FROM drain {which}", parameters))
            .Select(row => new StoredDrain(Read<Drain>(row.State), row.Version));

    private static async Task<IReadOnlyList<HostFailure>> ReadFailuresAsync(DbConnection connection, DateTimeOffset since) =>
    [
        .. (await connection.QueryAsync<(string Host, string Migration, string At, string Reason)>(
                "SELECT host, migration_id, failed_at, reason FROM host_failure WHERE failed_at >= @since ORDER BY failed_at DESC, host", new { since = FormatTime(since) }))
            .Select(row => new HostFailure(new HostName(row.Host), DateTimeOffset.Parse(row.At, CultureInfo.InvariantCulture), new MigrationId(row.Migration), row.Reason)),
    ];

    private static Task<int> SaveAsync(DbConnection connection, DbTransaction transaction, HostCordon cordon) => connection.ExecuteAsync(
        "INSERT INTO host_cordon (host, cordon) VALUES (@host, @json) ON CONFLICT (host) DO UPDATE SET cordon = @json",
        new { host = cordon.Host.Value, json = JsonSerializer.Serialize(cordon, MeshJson.Options) }, transaction);

    private static Task<int> RemoveCordonAsync(DbConnection connection, DbTransaction transaction, HostName host) =>
        connection.ExecuteAsync("DELETE FROM host_cordon WHERE host = @host", new { host = host.Value }, transaction);

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, MeshJson.Options) ?? throw new JsonException("the stored value is null");

    private static string FormatTime(DateTimeOffset at) => at.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
}

/// <summary>The scheduler's own state; everything else it reads from the migrations service.</summary>
/// <param name="Cordons">The cordons of all hosts.</param>
/// <param name="Drains">Active drains, the oldest first.</param>
/// <param name="Failures">Failures that lower the scores of their hosts, the newest first.</param>
/// <param name="Histories">The last migration of each VM.</param>
/// <param name="Rules">The placement rules in effect.</param>
internal sealed record SchedulerState(
    IReadOnlyList<HostCordon> Cordons,
    IReadOnlyList<StoredDrain> Drains,
    IReadOnlyList<HostFailure> Failures,
    IReadOnlyList<VmMigrationHistory> Histories,
    PlacementRules Rules);

/// <summary>A drain as read from the store.</summary>
/// <param name="Drain">The drain.</param>
/// <param name="Version">How often it has been saved.</param>
internal sealed record StoredDrain(Drain Drain, long Version)
{
    /// <summary>Whether it may still move VMs.</summary>
    public bool IsOpen => Drain.State is DrainState.Running or DrainState.Blocked;

    /// <summary>Whether it still needs steps: the running migrations of a cancelled drain are followed to their end.</summary>
    public bool IsActive => IsOpen || (Drain.State == DrainState.Cancelled && Drain.Moves.Any(move => move.State == DrainMoveState.Migrating));
}
