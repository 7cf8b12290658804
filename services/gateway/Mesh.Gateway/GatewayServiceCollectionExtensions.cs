using System.Net;
using Mesh.Contracts.Events;
using Mesh.Gateway.Api;
using Mesh.Gateway.Clients;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Live;
using Mesh.Gateway.Network;
using Mesh.Gateway.Problems;
using Mesh.Hosting;
using Mesh.Hosting.Clocks;
using Mesh.Hosting.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Gateway;

/// <summary>Registers the gateway.</summary>
public static class GatewayServiceCollectionExtensions
{
    /// <summary>Adds the gateway with the settings of section <c>Gateway</c>, and configures the web server to listen on their URL.</summary>
    /// <exception cref="Mesh.Hosting.Errors.ProblemException">The URL is invalid, or would expose the gateway to the network.</exception>
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

/// <summary>Maps the gateway's endpoints.</summary>
public static class GatewayEndpoints
{
    /// <summary>Maps the REST resources and live streams, and rejects requests of web pages.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Mesh.Gateway");
        app.Use((context, next) => ProblemWriter.InvokeAsync(context, next, logger));
        app.Use((context, next) => LoopbackOnly.InvokeAsync(context, next));
        app.UseRouting();
        MigrationsApi.Map(app);
        ChangesApi.Map(app);
        PoliciesApi.Map(app);
        VmPolicyApi.Map(app);
        HostsApi.Map(app);
        ScheduleApi.Map(app);
        DrainsApi.Map(app);
        RulesApi.Map(app);
        return app;
    }
}
