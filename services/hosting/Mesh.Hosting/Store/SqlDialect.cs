using System.Data.Common;
using System.Globalization;
using Mesh.Hosting.Errors;
using Npgsql;

namespace Mesh.Hosting.Store;

/// <summary>What differs between SQLite and PostgreSQL.</summary>
internal abstract class SqlDialect
{
    public const string SqlitePrefix = "sqlite:";
    public const string PostgresPrefix = "postgres:";

    /// <summary>A primary key that the database numbers; <c>{identity}</c> in the scripts.</summary>
    public abstract string Identity { get; }

    /// <summary>Whether only one transaction may write at a time, so that writers queue here instead of waiting for locks there.</summary>
    public abstract bool HasSingleWriter { get; }

    /// <summary>Whether there is something to open, as far as can be known without opening it.</summary>
    public virtual bool Exists => true;

    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellation);

    /// <summary>Why the store is unavailable; null if the statement itself is at fault.</summary>
    public abstract string? DescribeOutage(Exception exception);

    /// <summary>Rolls back a transaction, even one that the database has rolled back already; never throws.</summary>
    public abstract Task RollbackAsync(DbConnection connection, DbTransaction transaction);

    /// <summary>Rolls back a transaction and closes its connection; never throws.</summary>
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
                // It is closed all the same.
            }
    }

    /// <summary>Opens an existing database; creates nothing.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    public abstract Task<DbConnection> OpenExistingAsync(CancellationToken cancellation);

    /// <summary>Whether other processes can reach the database.</summary>
    public virtual bool IsShared => true;

    /// <summary>Takes the lock by which a process shows that it runs on the database; null if another process excludes this one.</summary>
    public abstract Task<IProcessLock?> TryLockAsync(CancellationToken cancellation);

    /// <summary>Whether a process has the lock.</summary>
    public abstract Task<bool> IsLockedAsync(CancellationToken cancellation);

    /// <summary>What the database's own integrity check reports; empty if it is intact.</summary>
    public abstract Task<IReadOnlyList<string>> CheckIntegrityAsync(DbConnection connection, CancellationToken cancellation);

    public abstract Task<bool> HasTableAsync(DbConnection connection, string table, DbTransaction? transaction = null);

    /// <summary>Whether the statement failed because a row with that key exists.</summary>
    public abstract bool IsDuplicate(DbException exception);

    /// <summary>The dialect for a location that <see cref="StoreOptions"/> accepts.</summary>
    public static SqlDialect For(string location) =>
        location.StartsWith(SqlitePrefix, StringComparison.Ordinal)
            ? new SqliteDialect(location[SqlitePrefix.Length..])
            : new PostgresDialect(location[PostgresPrefix.Length..]);

    /// <summary>A location as it may be shown, without the password of a connection string.</summary>
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
}
