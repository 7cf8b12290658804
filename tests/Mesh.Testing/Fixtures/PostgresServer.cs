using System.Globalization;
using Npgsql;

namespace Mesh.Testing.Fixtures;

/// <summary>A real PostgreSQL server on a private port, started at its first use; shared by the tests of an assembly.</summary>
public sealed class PostgresServer : IStoreSource, IDisposable
{
    private const string Prefix = "postgres:";

    private readonly SemaphoreSlim _starting = new(1);
    private ServerProcess? _server;
    private int _databases;

    /// <inheritdoc />
    public async Task<string> CreateAsync()
    {
        var server = await GetServerAsync();
        var name = string.Create(CultureInfo.InvariantCulture, $"mesh{Interlocked.Increment(ref _databases)}");
        await using var connection = new NpgsqlConnection(ConnectionString(server, "postgres"));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name}";
        await command.ExecuteNonQueryAsync();
        return $"{Prefix}{ConnectionString(server, name)}";
    }

    /// <summary>Closes the connections, whose number is limited; the database is removed with the server.</summary>
    public void Remove(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        using var connection = new NpgsqlConnection(location[Prefix.Length..]);
        NpgsqlConnection.ClearPool(connection);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        NpgsqlConnection.ClearAllPools();
        _server?.Dispose();
        _starting.Dispose();
    }

    private async Task<ServerProcess> GetServerAsync()
    {
        await _starting.WaitAsync();
        try
        {
            return _server ??= await StartAsync();
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>The port is open before the server accepts connections.</summary>
    private static async Task<ServerProcess> StartAsync()
    {
        var server = await ServerProcess.StartPostgresAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await using var connection = new NpgsqlConnection(ConnectionString(server, "postgres"));
                    await connection.OpenAsync();
                    return true;
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            },
            "PostgreSQL accepts connections");
        return server;
    }

    private static string ConnectionString(ServerProcess server, string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={server.Port};Username=postgres;Database={database};Maximum Pool Size=20");
}
