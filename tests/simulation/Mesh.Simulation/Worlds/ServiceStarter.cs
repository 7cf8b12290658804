using Mesh.Hosting.Bus;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Simulation.Worlds;

/// <summary>Starts a container's hosted services in the order of the generic host, on the event loop alone.</summary>
internal static class ServiceStarter
{
    /// <summary>Starts a process's services; if that fails, the process ends.</summary>
    public static void Start(SimulatedProcess process, World world, BusLink link, ServiceProvider provider, Action onFailed) =>
        _ = StartAsync(process, world, link, provider, onFailed);

    private static async Task StartAsync(SimulatedProcess process, World world, BusLink link, ServiceProvider provider, Action onFailed)
    {
        try
        {
            var services = provider.GetServices<IHostedService>().ToList();
            foreach (var service in services.OfType<IHostedLifecycleService>())
                await service.StartingAsync(CancellationToken.None);
            world.Broker.Connect(process, link, provider, provider.GetServices<BusEndpoint>());
            foreach (var service in services)
                await service.StartAsync(CancellationToken.None);
            foreach (var service in services.OfType<IHostedLifecycleService>())
                await service.StartedAsync(CancellationToken.None);
            world.Trace.Add(process.Name, "started");
        }
#pragma warning disable CA1031 // A service that fails to start ends, whatever the reason.
        catch (Exception e)
#pragma warning restore CA1031
        {
            world.Trace.Add(process.Name, $"! failed to start: {e.GetType().Name}: {e.Message}");
            onFailed();
        }
    }
}
