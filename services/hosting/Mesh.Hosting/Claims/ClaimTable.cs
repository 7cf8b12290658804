using System.Data.Common;
using Dapper;

namespace Mesh.Hosting.Claims;

/// <summary>What a store remembers of its broker.</summary>
/// <param name="Store">The store's identity, which its broker remembers.</param>
/// <param name="Broker">The address of its broker, as <see cref="BrokerAddress"/> writes it; null while it has claimed none.</param>
internal sealed record StoreClaim(string Store, string? Broker);

/// <summary>The claim's row in the store.</summary>
internal static class ClaimTable
{
    /// <summary>The claim; null if the store has no identity yet.</summary>
    public static async Task<StoreClaim?> ReadAsync(DbConnection connection, DbTransaction? transaction = null) =>
        await connection.QuerySingleOrDefaultAsync<(string Store, string? Broker)?>("SELECT store, broker FROM mesh_claim WHERE id = 1", transaction: transaction) is { } row
            ? new StoreClaim(row.Store, row.Broker)
            : null;

    /// <summary>The claim of a store; one without an identity gets <paramref name="identity"/>.</summary>
    public static async Task<StoreClaim> ReadOrCreateAsync(DbConnection connection, DbTransaction transaction, string identity)
    {
        await connection.ExecuteAsync("INSERT INTO mesh_claim (id, store) VALUES (1, @identity) ON CONFLICT (id) DO NOTHING", new { identity }, transaction);
        return (await ReadAsync(connection, transaction))!;
    }

    /// <summary>Records the store's broker; false if the claim is no longer <paramref name="known"/>, and then nothing is changed.</summary>
    public static async Task<bool> TrySaveAsync(DbConnection connection, DbTransaction transaction, StoreClaim known, string broker, DateTimeOffset now) =>
        await connection.ExecuteAsync(
            "UPDATE mesh_claim SET broker = @broker, claimed_at = @now WHERE id = 1 AND store = @store AND COALESCE(broker, '') = @before",
            new { broker, now = now.ToUnixTimeMilliseconds(), store = known.Store, before = known.Broker ?? "" }, transaction) == 1;

    /// <summary>Frees the store. It gets a new identity with its next claim, so that a copy of it does not pass for it.</summary>
    public static Task<int> ReleaseAsync(DbConnection connection, DbTransaction transaction) =>
        connection.ExecuteAsync("DELETE FROM mesh_claim", transaction: transaction);
}
