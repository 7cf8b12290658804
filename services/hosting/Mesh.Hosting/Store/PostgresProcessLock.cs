using System.Data.Common;
using Dapper;
using Npgsql;

namespace Mesh.Hosting.Store;

/// <summary>A shared advisory lock, held by a connection of its own: the server releases it when that connection ends.</summary>
internal sealed class PostgresProcessLock(DbConnection connection) : IProcessLock
{
    private const string Key = "hashtext('mesh_process')";

    public static async Task<PostgresProcessLock> TakeAsync(string connectionString, CancellationToken cancellation)
    {
        var connection = await OpenAsync(connectionString, cancellation);
        try
        {
            await connection.ExecuteAsync($"SELECT pg_advisory_lock_shared({Key})");
            return new PostgresProcessLock(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public static async Task<bool> IsTakenAsync(string connectionString, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(connectionString, cancellation);
        return !await connection.ExecuteScalarAsync<bool>($"SELECT pg_try_advisory_lock({Key})");
    }

    public async Task<bool> IsIntactAsync(CancellationToken cancellation)
    {
        try
        {
            return await connection.ExecuteScalarAsync<int>("SELECT 1") == 1;
        }
        catch (Exception e) when (e is DbException or IOException or InvalidOperationException or TimeoutException)
        {
            return false;
        }
    }

    public void Dispose() => connection.Dispose();

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
