using Microsoft.Data.Sqlite;

namespace Mesh.Simulation.Worlds;

/// <summary>A service's in-memory database; it outlives the service's processes.</summary>
internal abstract class SimulatedStore : IDisposable
{
    private static long _count;

    private readonly string _path;

    /// <summary>Creates an empty database.</summary>
    protected SimulatedStore()
    {
        SQLitePCL.Batteries_V2.Init();
        _path = $"file:mesh-simulation-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}?mode=memory&cache=shared";
        Connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false }.ToString());
        Connection.Open();
    }

    /// <summary>The value of the service's setting for its store.</summary>
    public string Location => $"sqlite:{_path}";

    /// <summary>A connection that stays open: SQLite deletes an in-memory database with its last connection.</summary>
    protected SqliteConnection Connection { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        using (var pooled = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = true }.ToString()))
            SqliteConnection.ClearPool(pooled);
        Connection.Dispose();
    }
}
