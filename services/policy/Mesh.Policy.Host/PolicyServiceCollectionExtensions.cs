using Mesh.Contracts.Policies;
using Mesh.Hosting;
using Mesh.Hosting.Doctor;
using Mesh.Hosting.Store;
using Mesh.Hosting.Telemetry;
using Mesh.Policy.Host.Doctor;
using Mesh.Policy.Host.Messages;
using Mesh.Policy.Host.Store;

namespace Mesh.Policy.Host;

/// <summary>Registers the policy service.</summary>
public static class PolicyServiceCollectionExtensions
{
    /// <summary>Adds the policy service: its store and its request handlers. Further calls have no effect.</summary>
    public static IServiceCollection AddPolicies(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(service => service.ServiceType == typeof(PolicyStore)))
            return services;

        services.AddMeshBus(configuration).AddMeshStore(configuration).AddMeshTelemetry(configuration, "policy");
        foreach (var script in SchemaScript.Embedded(typeof(PolicyServiceCollectionExtensions).Assembly))
            services.AddSingleton(script);
        services.AddOptions<PolicyOptions>().Bind(configuration.GetSection("Policies")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PolicyStore>();
        services.AddSingleton<IStoreCheck, PolicyCheck>();
        services.AddHostedService<PolicyStartupCheck>();
        return services.AddRequestHandlers(PolicyQueues.Requests, typeof(PolicyRequestHandler), typeof(PolicyChangeHandler));
    }
}
