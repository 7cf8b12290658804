using Microsoft.Data.Sqlite;

namespace Mesh.Simulation.Worlds;

/// <summary>A service's database, in memory and outliving the service.</summary>
internal abstract class SimulatedStore : IDisposable
{
    private static long _count;

    private readonly string _path;

    /// <summary>An empty database.</summary>
    protected SimulatedStore()
    {
        SQLitePCL.Batteries_V2.Init();
        _path = $"file:mesh-simulation-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}?mode=memory&cache=shared";
        Connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false }.ToString());
        Connection.Open();
    }

    /// <summary>The setting that leads a service to it.</summary>
    public string Location => $"sqlite:{_path}";

    /// <summary>A connection that keeps it.</summary>
    protected SqliteConnection Connection { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        using (var pooled = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = true }.ToString()))
            SqliteConnection.ClearPool(pooled);
        Connection.Dispose();
    }
}
