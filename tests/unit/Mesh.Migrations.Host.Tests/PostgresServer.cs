using Dapper;
using Mesh.Testing.Real;
using Npgsql;

namespace Mesh.Migrations.Host.Tests;

/// <summary>A real PostgreSQL on a private port.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private Server? _server;
    private int _databases;

    public async ValueTask InitializeAsync() => _server = await Server.PostgresAsync();

    /// <summary>A database of its own for each test, as a store's location.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"mesh{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(Connect("postgres"));
        await connection.ExecuteAsync($"CREATE DATABASE {name}");
        return $"postgres:{Connect(name)}";
    }

    public ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        _server?.Dispose();
        return ValueTask.CompletedTask;
    }

    private string Connect(string database) => $"Host=127.0.0.1;Port={_server!.Port};Username=postgres;Database={database}";
}
