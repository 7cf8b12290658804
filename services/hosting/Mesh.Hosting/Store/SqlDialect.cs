using System.Data.Common;
using System.Globalization;
using Dapper;
using Mesh.Hosting.Errors;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Mesh.Hosting.Store;

/// <summary>The little in which SQLite and PostgreSQL differ for us.</summary>
internal abstract class SqlDialect
{
    public const string SqlitePrefix = "sqlite:";
    public const string PostgresPrefix = "postgres:";

    /// <summary>How a table numbers its rows by itself; stands for <c>{identity}</c> in the scripts.</summary>
    public abstract string Identity { get; }

    /// <summary>Whether only one transaction may write at a time, so that queueing here is kinder than waiting for locks there.</summary>
    public abstract bool HasSingleWriter { get; }

    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellation);

    /// <summary>What keeps the store from being used, where that is nothing about the statement; null otherwise.</summary>
    public abstract string? DescribeOutage(Exception exception);

    /// <summary>Undoes a transaction, even one that the database has undone by itself; never throws.</summary>
    public abstract Task RollbackAsync(DbConnection connection, DbTransaction transaction);

    /// <summary>Undoes a transaction and gives up its connection; never throws.</summary>
    public async Task RollbackAndCloseAsync(DbConnection connection, DbTransaction? transaction)
    {
        if (transaction is not null)
            await RollbackAsync(connection, transaction);
        foreach (var disposable in (IAsyncDisposable?[])[transaction, connection])
            try
            {
                if (disposable is not null)
                    await disposable.DisposeAsync();
            }
            catch (Exception e) when (e is DbException or InvalidOperationException or IOException)
            {
                // It goes all the same.
            }
    }

    /// <summary>Opens what is there already, and creates nothing.</summary>
    /// <exception cref="ProblemException">Nothing is there.</exception>
    public abstract Task<DbConnection> OpenExistingAsync(CancellationToken cancellation);

    /// <summary>What the database finds wrong with itself; empty if nothing.</summary>
    public abstract Task<IReadOnlyList<string>> CheckIntegrityAsync(DbConnection connection, CancellationToken cancellation);

    public abstract Task<bool> HasTableAsync(DbConnection connection, string table);

    /// <summary>Whether the statement failed because a row of that key exists.</summary>
    public abstract bool IsDuplicate(DbException exception);

    /// <summary>The dialect for a location that <see cref="StoreOptions"/> accepts.</summary>
    public static SqlDialect For(string location) =>
        location.StartsWith(SqlitePrefix, StringComparison.Ordinal)
            ? new Sqlite(location[SqlitePrefix.Length..])
            : new Postgres(location[PostgresPrefix.Length..]);

    /// <summary>A location as it may be shown: a connection string may hold a password.</summary>
    public static string Describe(string location)
    {
        if (!location.StartsWith(PostgresPrefix, StringComparison.Ordinal))
            return location;
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(location[PostgresPrefix.Length..]);
            return string.Create(CultureInfo.InvariantCulture, $"{PostgresPrefix}Host={connection.Host};Port={connection.Port};Database={connection.Database}");
        }
        catch (ArgumentException)
        {
            return "postgres";
        }
    }

    private sealed class Sqlite(string path) : SqlDialect
    {
        private const int ConstraintFailed = 19;

        private readonly string _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = true }.ToString();

        public override string Identity => "INTEGER PRIMARY KEY AUTOINCREMENT";

        public override bool HasSingleWriter => true;

        public override async Task<DbConnection> OpenAsync(CancellationToken cancellation)
        {
            SQLitePCL.Batteries_V2.Init();
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { Length: > 0 } directory)
                Directory.CreateDirectory(directory);
            var connection = new SqliteConnection(_connectionString);
            try
            {
                await connection.OpenAsync(cancellation);
                await using var command = connection.CreateCommand();

                // A commit reaches the disk before anything is said that rests on it.
                command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000;";
                await command.ExecuteNonQueryAsync(cancellation);
                return connection;
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }

        public override string? DescribeOutage(Exception exception) => exception switch
        {
            SqliteException e when SqliteErrors.IsOutage(e) => SqliteErrors.Describe(e, path),
            IOException or UnauthorizedAccessException => exception.Message,
            _ => null,
        };

        // When a commit fails, as on a full disk, SQLite has undone the transaction already, and its provider stumbles over that:
        // it is content only once there was something to undo.
        public override async Task RollbackAsync(DbConnection connection, DbTransaction transaction)
        {
            try
            {
                await transaction.RollbackAsync();
            }
            catch (Exception e) when (e is DbException or InvalidOperationException)
            {
                try
                {
                    await connection.ExecuteAsync("BEGIN DEFERRED", transaction: transaction);
                    await transaction.RollbackAsync();
                }
                catch (Exception again) when (again is DbException or InvalidOperationException)
                {
                    // The connection is of no more use, and goes.
                }
            }
        }

        public override async Task<DbConnection> OpenExistingAsync(CancellationToken cancellation)
        {
            SQLitePCL.Batteries_V2.Init();
            if (!File.Exists(path))
                throw new ProblemException(Directory.Exists(path) ? "it is a directory" : "there is no such file");
            var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
            try
            {
                await connection.OpenAsync(cancellation);
                await connection.ExecuteAsync("PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000; SELECT COUNT(*) FROM sqlite_master");
                return connection;
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }

        public override async Task<IReadOnlyList<string>> CheckIntegrityAsync(DbConnection connection, CancellationToken cancellation) =>
            [.. (await connection.QueryAsync<string>("PRAGMA integrity_check(20)")).Where(line => !string.Equals(line, "ok", StringComparison.Ordinal))];

        public override async Task<bool> HasTableAsync(DbConnection connection, string table) =>
            await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = @table", new { table }) > 0;

        public override bool IsDuplicate(DbException exception) => exception is SqliteException { SqliteErrorCode: ConstraintFailed };
    }

    private sealed class Postgres(string connectionString) : SqlDialect
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
                // The server undoes what a lost connection had begun.
            }
        }

        // Out of resources, being stopped or started, or unable to write: classes 53, 57P and 58, and a server that only reads.
        private static bool IsServerUnavailable(string state) =>
            state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("57P", StringComparison.Ordinal)
            || state.StartsWith("58", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal)
            || state is PostgresErrorCodes.ReadOnlySqlTransaction;

        public override Task<DbConnection> OpenExistingAsync(CancellationToken cancellation) => OpenAsync(cancellation);

        // The server looks after its own pages; that it answers is what can be known from here.
        public override async Task<IReadOnlyList<string>> CheckIntegrityAsync(DbConnection connection, CancellationToken cancellation) =>
            await connection.ExecuteScalarAsync<int>("SELECT 1") == 1 ? [] : ["it gives a wrong answer to SELECT 1"];

        public override Task<bool> HasTableAsync(DbConnection connection, string table) =>
            connection.ExecuteScalarAsync<bool>("SELECT to_regclass(@table) IS NOT NULL", new { table });

        public override bool IsDuplicate(DbException exception) => exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
    }
}
