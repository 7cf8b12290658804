using Mesh.Agent;
using Mesh.Agent.Simulated;
using Mesh.Cli.Client;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hosting.Bus;
using Mesh.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Server.Demo;

/// <summary>A complete mesh in this process: the real services, bus, store and agents, with simulated hypervisors.</summary>
internal sealed class DemoMesh : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly WebApplication _app;
    private readonly DirectoryInfo _directory;

    private DemoMesh(WebApplication app, DirectoryInfo directory, Uri server) => (_app, _directory, Server) = (app, directory, server);

    public Uri Server { get; }

    public static async Task<DemoMesh> StartAsync(string listen, Action<ILoggingBuilder> logging, CancellationToken cancellation)
    {
        var directory = Directory.CreateTempSubdirectory("mesh-demo-");
        WebApplication? app = null;
        try
        {
            var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                [Settings.Broker] = BusOptions.InMemory,
                [Settings.Store] = $"sqlite:{Path.Combine(directory.FullName, "mesh.db")}",
                [Settings.Listen] = listen,
            }).Build();
            app = MeshHost.Build(settings, logging, AddHosts);
            return new DemoMesh(app, directory, await MeshHost.StartAsync(app, cancellation));
        }
        catch
        {
            if (app is not null)
                await app.DisposeAsync();
            directory.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Returns once every host has reported its VMs.</summary>
    public static async Task WaitForHostsAsync(MeshClient client, TimeProvider time, CancellationToken cancellation)
    {
        while (true)
        {
            var vms = await client.VmsAsync(cancellation);
            var hosts = await client.HostsAsync(cancellation);
            if (hosts.Count == DemoPlan.Hosts.Count && vms.Count(located => located.Vm.Status == VmStatus.Up) == DemoPlan.Vms.Count)
                return;
            await Task.Delay(PollInterval, time, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static void AddHosts(IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            var cluster = new SimulatedCluster(provider.GetRequiredService<TimeProvider>());
            foreach (var host in DemoPlan.Hosts)
                cluster.AddHost(host);
            foreach (var (host, vm) in DemoPlan.Vms)
                cluster.AddVm(host, vm);
            return cluster;
        });
        foreach (var host in DemoPlan.Hosts.Select(host => host.Name))
            services.AddAgent(
                host,
                options =>
                {
                    options.MigrationTarget = $"simulated://{host}";
                    options.Tick = TimeSpan.FromMilliseconds(250);
                    options.FastTick = TimeSpan.FromMilliseconds(100);
                },
                provider => provider.GetRequiredService<SimulatedCluster>().CreateHypervisor(host));
    }
}
