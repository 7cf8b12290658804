using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Hosting.Tests.Store;

/// <summary>A host with a store and the services that a test adds.</summary>
internal static class StoreHost
{
    public static IHost Build(string location, Action<IServiceCollection> add, params KeyValuePair<string, string?>[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("Store:Location", location), .. settings]);
        add(builder.Services);
        builder.Services.AddMeshStore(builder.Configuration);
        return builder.Build();
    }
}
