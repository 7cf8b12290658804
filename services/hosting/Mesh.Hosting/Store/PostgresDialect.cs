using System.Data.Common;
using Dapper;
using Npgsql;

namespace Mesh.Hosting.Store;

internal sealed class PostgresDialect(string connectionString) : SqlDialect
{
    public override string Identity => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

    public override bool HasSingleWriter => false;

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        return connection;
    }

    public override string? DescribeOutage(Exception exception) => exception switch
    {
        PostgresException e => IsServerUnavailable(e.SqlState) ? e.MessageText : null,
        NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException => exception.Message,
        _ => null,
    };

    public override async Task RollbackAsync(DbConnection connection, DbTransaction transaction)
    {
        try
        {
            await transaction.RollbackAsync();
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or IOException)
        {
            // The server rolls back the transactions of a lost connection.
        }
    }

    // Out of resources, being stopped or started, or unable to write: classes 53, 57P and 58, and a server that only reads.
    private static bool IsServerUnavailable(string state) =>
        state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("57P", StringComparison.Ordinal)
        || state.StartsWith("58", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal)
        || state is PostgresErrorCodes.ReadOnlySqlTransaction;

    public override Task<DbConnection> OpenExistingAsync(CancellationToken cancellation) => OpenAsync(cancellation);

    public override async Task<IProcessLock?> TryLockAsync(CancellationToken cancellation) => await PostgresProcessLock.TakeAsync(connectionString, cancellation);

    public override Task<bool> IsLockedAsync(CancellationToken cancellation) => PostgresProcessLock.IsTakenAsync(connectionString, cancellation);

    // The server checks its own pages; from here only its answer can be checked.
    public override async Task<IReadOnlyList<string>> CheckIntegrityAsync(DbConnection connection, CancellationToken cancellation) =>
        await connection.ExecuteScalarAsync<int>("SELECT 1") == 1 ? [] : ["the server answers SELECT 1 wrongly"];

    public override Task<bool> HasTableAsync(DbConnection connection, string table, DbTransaction? transaction = null) =>
        connection.ExecuteScalarAsync<bool>("SELECT to_regclass(@table) IS NOT NULL", new { table }, transaction);

    public override bool IsDuplicate(DbException exception) => exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
}
