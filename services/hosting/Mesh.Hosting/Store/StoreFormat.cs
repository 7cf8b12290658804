using System.Data.Common;
using Dapper;

namespace Mesh.Hosting.Store;

/// <summary>
/// The format of a whole store, apart from the steps of its schema: the names in its JSON and what its rows mean. A store of another format
/// is rejected at the start instead of being misread later.
/// </summary>
internal static class StoreFormat
{
    /// <summary>The format that this version reads and writes: 2, since mesh 0.2. Mesh 0.1 recorded none.</summary>
    public const long Current = 2;

    /// <summary>Why this version cannot use the store; null if it can, or if the store is empty.</summary>
    public static async Task<string?> FindProblemAsync(DbConnection connection, DbTransaction? transaction, SqlDialect dialect)
    {
        if (!await dialect.HasTableAsync(connection, "mesh_store", transaction))
            return await dialect.HasTableAsync(connection, "mesh_schema", transaction)
                ? "it was created by mesh 0.1, which this version cannot convert; start with an empty store"
                : null;
        var format = await connection.ExecuteScalarAsync<long>("SELECT MAX(format) FROM mesh_store", transaction: transaction);
        return format <= Current ? null : $"its format is {format}, and this version supports {Current}; upgrade the mesh";
    }

    public static async Task WriteAsync(DbConnection connection, DbTransaction transaction)
    {
        await connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS mesh_store (format BIGINT PRIMARY KEY)", transaction: transaction);
        await connection.ExecuteAsync("INSERT INTO mesh_store (format) VALUES (@Current) ON CONFLICT (format) DO NOTHING", new { Current }, transaction);
    }
}
