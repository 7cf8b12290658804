using System.Data.Common;
using Dapper;
using Mesh.Hosting.Errors;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Store;

/// <summary>A service's database: connections, transactions, and its schema, which is brought up to date at the first use.</summary>
public sealed class MeshDatabase : IDisposable
{
    private readonly SqlDialect _dialect;
    private readonly string _location;
    private readonly IReadOnlyList<SchemaScript> _scripts;
    private readonly StoreInterceptor? _interceptor;
    private readonly StoreLock? _lock;
    private readonly SemaphoreSlim _writer = new(1);
    private readonly SemaphoreSlim _opening = new(1);
    private bool _isReady;

    /// <summary>The database at the configured location.</summary>
    /// <param name="options">Its location.</param>
    /// <param name="scripts">The schema of everything that the process stores in it.</param>
    /// <param name="interceptor">Intercepts calls in a simulation; null everywhere else.</param>
    /// <param name="storeLock">Taken before the first use, and kept; null for a tool that may work beside a running mesh.</param>
    public MeshDatabase(IOptions<StoreOptions> options, IEnumerable<SchemaScript> scripts, StoreInterceptor? interceptor = null, StoreLock? storeLock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_interceptor, _lock) = (interceptor, storeLock);
        _location = options.Value.Location;
        _dialect = SqlDialect.For(_location);
        _scripts = [.. scripts.OrderBy(script => script.Name, StringComparer.Ordinal)];
    }

    /// <summary>Whether the statement failed because a row with that key exists.</summary>
    public bool IsDuplicate(DbException exception) => _dialect.IsDuplicate(exception);

    /// <summary>Runs a read.</summary>
    /// <exception cref="StoreUnavailableException">The store is unavailable.</exception>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        await InterceptAsync(StoreCallStage.BeforeRead);
        await EnsureReadyAsync(cancellation);
        try
        {
            await using var connection = await _dialect.OpenAsync(cancellation);
            return await read(connection);
        }
        catch (Exception e) when (_dialect.DescribeOutage(e) is { } reason)
        {
            throw Unavailable(reason, e);
        }
    }

    /// <summary>Runs a write as one transaction, which is rolled back if it throws.</summary>
    /// <exception cref="StoreUnavailableException">The store is unavailable.</exception>
    public async Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        await InterceptAsync(StoreCallStage.BeforeWrite);
        await EnsureReadyAsync(cancellation);
        T result;
        try
        {
            result = await InTransactionAsync(write, cancellation);
        }
        catch (Exception e) when (_dialect.DescribeOutage(e) is { } reason)
        {
            throw Unavailable(reason, e);
        }

        await InterceptAsync(StoreCallStage.AfterCommit);
        return result;
    }

    /// <summary>Brings the schema up to date.</summary>
    /// <exception cref="ProblemException">The store cannot be used; the message says why.</exception>
    public async Task EnsureReadyAsync(CancellationToken cancellation = default)
    {
        if (Volatile.Read(ref _isReady))
            return;
        await _opening.WaitAsync(cancellation);
        try
        {
            if (!_isReady)
            {
                if (_lock is not null)
                    await _lock.AcquireAsync(cancellation);
                await InTransactionAsync(ApplyScriptsAsync, cancellation);
            }

            Volatile.Write(ref _isReady, true);
        }
        catch (Exception e) when (e is DbException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ProblemException($"the store {SqlDialect.Describe(_location)} cannot be used: {_dialect.DescribeOutage(e) ?? e.Message}", e);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Takes the store's lock again if the database server has dropped it.</summary>
    /// <exception cref="StoreUnavailableException">The store is unavailable.</exception>
    public async Task ConfirmLockAsync(CancellationToken cancellation = default)
    {
        await EnsureReadyAsync(cancellation);
        try
        {
            if (_lock is not null)
                await _lock.AcquireAsync(cancellation);
        }
        catch (Exception e) when (_dialect.DescribeOutage(e) is { } reason)
        {
            throw Unavailable(reason, e);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _writer.Dispose();
        _opening.Dispose();
    }

    private Task InterceptAsync(StoreCallStage stage) => _interceptor is null ? Task.CompletedTask : _interceptor(stage);

    private async Task<T> InTransactionAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write, CancellationToken cancellation)
    {
        if (_dialect.HasSingleWriter)
            await _writer.WaitAsync(cancellation);
        try
        {
            var connection = await _dialect.OpenAsync(cancellation);
            DbTransaction? transaction = null;
            try
            {
                transaction = await connection.BeginTransactionAsync(cancellation);
                var result = await write(connection, transaction);
                await transaction.CommitAsync(cancellation);
                await transaction.DisposeAsync();
                await connection.DisposeAsync();
                return result;
            }
            catch
            {
                // The original failure is reported, not what the provider throws while it cleans up.
                await _dialect.RollbackAndCloseAsync(connection, transaction);
                throw;
            }
        }
        finally
        {
            if (_dialect.HasSingleWriter)
                _writer.Release();
        }
    }

    private StoreUnavailableException Unavailable(string reason, Exception e) =>
        new($"the store {SqlDialect.Describe(_location)} is unavailable: {reason}", e);

    private async Task<bool> ApplyScriptsAsync(DbConnection connection, DbTransaction transaction)
    {
        // Services that share a database start together, and PostgreSQL fails one of two transactions that create the same table.
        if (!_dialect.HasSingleWriter)
            await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtext('mesh_schema'))", transaction: transaction);
        if (await StoreFormat.FindProblemAsync(connection, transaction, _dialect) is { } problem)
            throw new ProblemException($"the store {SqlDialect.Describe(_location)} cannot be used: {problem}");
        await StoreFormat.WriteAsync(connection, transaction);
        await connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS mesh_schema (name TEXT PRIMARY KEY)", transaction: transaction);
        var applied = (await connection.QueryAsync<string>("SELECT name FROM mesh_schema", transaction: transaction)).ToHashSet(StringComparer.Ordinal);
        foreach (var script in _scripts.Where(script => !applied.Contains(script.Name)))
            await SchemaScript.ApplyAsync(connection, transaction, _dialect, script);
        return true;
    }
}

/// <summary>
/// Called on the way to the store and back. Registered only by a simulation, to delay or fail a call there, or to end the process.
/// </summary>
/// <param name="stage">Where the call is.</param>
public delegate Task StoreInterceptor(StoreCallStage stage);

/// <summary>Where a call to the store is.</summary>
public enum StoreCallStage
{
    /// <summary>Before the read.</summary>
    BeforeRead,

    /// <summary>Before the transaction begins.</summary>
    BeforeWrite,

    /// <summary>The transaction is committed; the caller does not know it yet.</summary>
    AfterCommit,
}
