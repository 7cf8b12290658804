using System.Globalization;
using Npgsql;

namespace Mesh.Testing.Real;

/// <summary>A real PostgreSQL on a private port, begun at the first use; to be shared by the tests of an assembly.</summary>
public sealed class PostgresServer : IStoreSource, IDisposable
{
    private const string Prefix = "postgres:";

    private readonly SemaphoreSlim _starting = new(1);
    private Server? _server;
    private int _databases;

    /// <inheritdoc />
    public async Task<string> NewAsync()
    {
        var server = await StartedAsync();
        var name = string.Create(CultureInfo.InvariantCulture, $"mesh{Interlocked.Increment(ref _databases)}");
        await using var connection = new NpgsqlConnection(Connect(server, "postgres"));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name}";
        await command.ExecuteNonQueryAsync();
        return $"{Prefix}{Connect(server, name)}";
    }

    /// <summary>The database goes with the server; its connections go now, because the server takes only so many.</summary>
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

    private async Task<Server> StartedAsync()
    {
        await _starting.WaitAsync();
        try
        {
            return _server ??= await BeginAsync();
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>The port answers a moment before the server takes anybody in.</summary>
    private static async Task<Server> BeginAsync()
    {
        var server = await Server.PostgresAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await using var connection = new NpgsqlConnection(Connect(server, "postgres"));
                    await connection.OpenAsync();
                    return true;
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            },
            "PostgreSQL takes connections");
        return server;
    }

    private static string Connect(Server server, string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={server.Port};Username=postgres;Database={database};Maximum Pool Size=20");
}
