using System.Data.Common;
using Dapper;
using Mesh.Hosting.Errors;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Store;

/// <summary>A service's database: connections, transactions, and its schema brought up to date at the first use.</summary>
public sealed class MeshDatabase : IDisposable
{
    private readonly SqlDialect _dialect;
    private readonly string _location;
    private readonly IReadOnlyList<SchemaScript> _scripts;
    private readonly StoreInterceptor? _gate;
    private readonly SemaphoreSlim _writer = new(1);
    private readonly SemaphoreSlim _opening = new(1);
    private bool _isReady;

    /// <summary>The database at the configured place, with the schema of everything that the service keeps in it.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="scripts">The schema.</param>
    /// <param name="interceptor">Stands before the store in a simulation; null everywhere else.</param>
    public MeshDatabase(IOptions<StoreOptions> options, IEnumerable<SchemaScript> scripts, StoreInterceptor? interceptor = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _gate = interceptor;
        _location = options.Value.Location;
        _dialect = SqlDialect.For(_location);
        _scripts = [.. scripts.OrderBy(script => script.Name, StringComparer.Ordinal)];
    }

    /// <summary>Whether the statement failed because a row of that key exists already.</summary>
    public bool IsDuplicate(DbException exception) => _dialect.IsDuplicate(exception);

    /// <summary>Runs something that only reads.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be used just now.</exception>
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
        catch (Exception e) when (_dialect.DescribeOutage(e) is { } words)
        {
            throw Unavailable(words, e);
        }
    }

    /// <summary>Runs something that writes as one transaction: all of it is kept, or, when it throws, nothing.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be used just now.</exception>
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
        catch (Exception e) when (_dialect.DescribeOutage(e) is { } words)
        {
            throw Unavailable(words, e);
        }

        await InterceptAsync(StoreCallStage.AfterCommit);
        return result;
    }

    /// <summary>Brings the schema up to date; throws <see cref="ProblemException"/> in words when the store cannot be used.</summary>
    public async Task EnsureReadyAsync(CancellationToken cancellation = default)
    {
        if (Volatile.Read(ref _isReady))
            return;
        await _opening.WaitAsync(cancellation);
        try
        {
            if (!_isReady)
                await InTransactionAsync(ApplyScriptsAsync, cancellation);
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

    /// <inheritdoc />
    public void Dispose()
    {
        _writer.Dispose();
        _opening.Dispose();
    }

    private Task InterceptAsync(StoreCallStage moment) => _gate is null ? Task.CompletedTask : _gate(moment);

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
                // What failed is what is told, not what the provider stumbles over when it cleans up behind it.
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

    private StoreUnavailableException Unavailable(string words, Exception e) =>
        new($"the store {SqlDialect.Describe(_location)} cannot be used now: {words}", e);

    private async Task<bool> ApplyScriptsAsync(DbConnection connection, DbTransaction transaction)
    {
        // Services that share a database start together, and PostgreSQL lets two of them make the same table at once, to fail one of them.
        if (!_dialect.HasSingleWriter)
            await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtext('mesh_schema'))", transaction: transaction);
        await connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS mesh_schema (name TEXT PRIMARY KEY)", transaction: transaction);
        var applied = (await connection.QueryAsync<string>("SELECT name FROM mesh_schema", transaction: transaction)).ToHashSet(StringComparer.Ordinal);
        foreach (var script in _scripts.Where(script => !applied.Contains(script.Name)))
            await SchemaScript.ApplyAsync(connection, transaction, _dialect, script);
        return true;
    }
}
