using Mesh.Hosting.Bus;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Hosting.Tests.Bus;

/// <summary>A host with the in-memory bus and the handlers of a test.</summary>
internal sealed class BusHost : IAsyncDisposable
{
    private readonly IHost _host;

    private BusHost(IHost host) => _host = host;

    public IMessageBus Bus => _host.Services.GetRequiredService<IMessageBus>();

    public IServiceProvider Services => _host.Services;

    public static async Task<BusHost> StartAsync(Action<IServiceCollection> addHandlers, params (string Key, string Value)[] settings)
    {
        var host = Build(addHandlers, settings);
        await host.StartAsync();
        return new BusHost(host);
    }

    public static IHost Build(Action<IServiceCollection> addHandlers, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value)));
        builder.Services.AddMeshBus(builder.Configuration);
        addHandlers(builder.Services);
        return builder.Build();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
