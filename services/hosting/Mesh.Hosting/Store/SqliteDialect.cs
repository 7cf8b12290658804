using System.Data.Common;
using Dapper;
using Mesh.Hosting.Errors;
using Microsoft.Data.Sqlite;

namespace Mesh.Hosting.Store;

internal sealed class SqliteDialect(string path) : SqlDialect
{
    private const int Busy = 5;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int ConstraintFailed = 19;
    private const int NotADatabase = 26;

    private readonly string _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = true }.ToString();

    public override string Identity => "INTEGER PRIMARY KEY AUTOINCREMENT";

    public override bool HasSingleWriter => true;

    public override bool Exists => File.Exists(path);

    // A URI, as simulations use it, and ":memory:" are databases of one process.
    public override bool IsShared => !path.StartsWith("file:", StringComparison.Ordinal) && !path.StartsWith(':');

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellation)
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await using var command = connection.CreateCommand();

            // A commit is on the disk before anything that depends on it is sent.
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
        SqliteException e when IsOutage(e) => Describe(e),
        IOException or UnauthorizedAccessException => exception.Message,
        _ => null,
    };

    // When a commit fails, as on a full disk, SQLite has rolled back already, and its provider throws when it rolls back again. It needs
    // a transaction to roll back before it releases the connection.
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
                // The connection is unusable and is closed.
            }
        }
    }

    public override async Task<DbConnection> OpenExistingAsync(CancellationToken cancellation)
    {
        SQLitePCL.Batteries_V2.Init();
        if (!File.Exists(path))
            throw new ProblemException(Directory.Exists(path) ? "it is a directory" : "no such file");
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

    public override Task<IProcessLock?> TryLockAsync(CancellationToken cancellation) =>
        Task.FromResult<IProcessLock?>(SqliteLockFile.TryTake(path));

    public override Task<bool> IsLockedAsync(CancellationToken cancellation) => Task.FromResult(SqliteLockFile.IsTaken(path));

    public override async Task<IReadOnlyList<string>> CheckIntegrityAsync(DbConnection connection, CancellationToken cancellation) =>
        [.. (await connection.QueryAsync<string>("PRAGMA integrity_check(20)")).Where(line => !string.Equals(line, "ok", StringComparison.Ordinal))];

    public override async Task<bool> HasTableAsync(DbConnection connection, string table, DbTransaction? transaction = null) =>
        await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = @table", new { table }, transaction) > 0;

    public override bool IsDuplicate(DbException exception) => exception is SqliteException { SqliteErrorCode: ConstraintFailed };

    /// <summary>Why a file can be neither opened nor created. A missing directory is not created: a misspelt path would start an empty store.</summary>
    public static string DescribeUnopenable(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory && !Directory.Exists(directory)
        ? $"the directory {directory} does not exist; create it, or correct the path"
        : "the file cannot be opened or created: check the permissions of the file and its directory";

    /// <summary>Whether the file system or another process is at fault, and not the statement.</summary>
    private static bool IsOutage(SqliteException e) => e.SqliteErrorCode is Busy or ReadOnly or InputOutput or Corrupt or Full or CannotOpen or NotADatabase;

    private string Describe(SqliteException e) => e.SqliteErrorCode switch
    {
        Busy => "another process holds a lock on the file",
        ReadOnly => "the file cannot be written: it, its directory, or the file system is read-only",
        InputOutput => $"the file cannot be read or written ({e.Message})",
        Corrupt => "the file is damaged; run 'mesh doctor' for details",
        Full => "the disk is full",
        CannotOpen when Directory.Exists(path) => "it is a directory, not a file",
        CannotOpen => DescribeUnopenable(path),
        NotADatabase => "the file is not a database, or its header is damaged",
        _ => e.Message,
    };
}
