using System.Net;
using Mesh.Contracts.Events;
using Mesh.Gateway.Api;
using Mesh.Gateway.Live;
using Mesh.Gateway.Network;
using Mesh.Hosting;
using Mesh.Hosting.Clocks;
using Mesh.Hosting.Running;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Gateway;

/// <summary>Registers the gateway.</summary>
public static class GatewayServiceCollectionExtensions
{
    /// <summary>Adds the gateway with the settings of section <c>Gateway</c>, and has the web server listen where they say.</summary>
    /// <exception cref="Mesh.Hosting.Errors.ProblemException">The settings would let other machines in, or are no address.</exception>
    public static IServiceCollection AddGateway(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection("Gateway");
        var listen = ListenAddress.Parse(section[nameof(GatewayOptions.Listen)] ?? GatewayOptions.DefaultListen);
        services.AddOptions<GatewayOptions>().Bind(section).ValidateDataAnnotations().ValidateOnStart();

        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(new IPEndPoint(listen.Address, listen.Port));
        });
        services.AddMonotonicTime().AddProcessRandom();
        services.AddRouting();
        services.AddSingleton<ServiceClient>();
        services.AddSingleton<MigrationsClient>();
        services.AddSingleton<PoliciesClient>();
        services.AddSingleton<SchedulerClient>();
        services.AddSingleton<EventHub>();
        services.AddSingleton<EventStream>();
        services.AddSingleton<MigrationsApi>();
        services.AddSingleton<ChangesApi>();
        services.AddSingleton<PoliciesApi>();
        services.AddSingleton<VmPolicyApi>();
        services.AddSingleton<HostsApi>();
        services.AddSingleton<ScheduleApi>();
        services.AddSingleton<DrainsApi>();
        services.AddSingleton<RulesApi>();
        return services.AddSubscriber<MigrationEvent>(provider => provider.GetRequiredService<EventHub>());
    }
}
