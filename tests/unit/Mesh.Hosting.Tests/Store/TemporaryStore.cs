using Mesh.Hosting.Store;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Hosting.Tests.Store;

/// <summary>A SQLite file of its own for one test.</summary>
internal sealed class TemporaryStore : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mesh-store-").FullName;

    public string Location => $"sqlite:{Path.Combine(_directory, "below", "mesh.db")}";

    /// <summary>A host with the store in that file, and with whatever else the test adds.</summary>
    public IHost Build(Action<IServiceCollection> add) => Build(Location, add);

    public static IHost Build(string location, Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("Store:Location", location)]);
        builder.Services.AddMeshStore(builder.Configuration);
        add(builder.Services);
        return builder.Build();
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }
}
