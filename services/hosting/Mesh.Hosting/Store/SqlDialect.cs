using System.Data.Common;
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

    /// <summary>Whether the statement failed because a row of that key exists.</summary>
    public abstract bool IsDuplicate(DbException exception);

    /// <summary>The dialect for a location that <see cref="StoreOptions"/> accepts.</summary>
    public static SqlDialect For(string location) =>
        location.StartsWith(SqlitePrefix, StringComparison.Ordinal)
            ? new Sqlite(location[SqlitePrefix.Length..])
            : new Postgres(location[PostgresPrefix.Length..]);

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

        public override bool IsDuplicate(DbException exception) => exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
    }
}
