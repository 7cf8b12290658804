using System.Globalization;
using System.Text.Json;
using Dapper;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hosting.Store;

namespace Mesh.Migrations.Host.Store;

/// <summary>Finds and deletes migrations that ended long ago.</summary>
internal sealed class RetentionStore(MeshDatabase database)
{
    /// <summary>The most journal entries that one transaction deletes.</summary>
    public const int BatchMax = 500;

    private const int PageMax = 100;

    /// <summary>The migrations that ended before a time, the oldest request first. One that cannot be read is left to the doctor.</summary>
    public async Task<IReadOnlyList<MigrationId>> FindEndedAsync(DateTimeOffset endedBefore, CancellationToken cancellation = default)
    {
        var before = endedBefore.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
        List<MigrationId> found = [];
        var (afterTime, afterId) = ("", "");
        while (true)
        {
            var (time, id) = (afterTime, afterId);

            // What ended before was requested before.
            var page = await database.ReadAsync(
                async connection => (await connection.QueryAsync<(string Id, string RequestedAt, string State)>(
                    """
                    SELECT id, requested_at, state FROM migration
                    WHERE ended = 1 AND requested_at < @before AND (requested_at > @time OR (requested_at = @time AND id > @id))
                    ORDER BY requested_at, id LIMIT @PageMax
                    """,
                    new { before, time, id, PageMax })).AsList(),
                cancellation);
            found.AddRange(page.Where(row => EndOf(row.State) < endedBefore).Select(row => new MigrationId(row.Id)));
            if (page.Count < PageMax)
                return found;
            (afterTime, afterId) = (page[^1].RequestedAt, page[^1].Id);
        }
    }

    /// <summary>Deletes a part of a migration's journal, and with the last part the migration; false once nothing is left.</summary>
    public Task<bool> DeleteBatchAsync(MigrationId migration, CancellationToken cancellation = default) => database.WriteAsync(
        async (connection, transaction) =>
        {
            var id = migration.Value;
            var deleted = await connection.ExecuteAsync(
                """
                DELETE FROM journal WHERE migration_id = @id
                    AND version < (SELECT MIN(version) FROM journal WHERE migration_id = @id) + @BatchMax
                """,
                new { id, BatchMax }, transaction);
            if (deleted > 0)
                return true;
            await connection.ExecuteAsync("DELETE FROM migration WHERE id = @id AND ended = 1", new { id }, transaction);
            return false;
        },
        cancellation);

    private static DateTimeOffset? EndOf(string state)
    {
        try
        {
            return JsonSerializer.Deserialize<MigrationState>(state, MeshJson.Options)?.EndedAt;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException or FormatException)
        {
            return null;
        }
    }
}
