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
    /// <summary>Adds the policy service: its store and what it answers. Calling it again changes nothing.</summary>
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

        services.AddSingleton<PolicyRequestHandler>();
        services.AddRequestHandler<ResolvePolicy, ResolvePolicyAnswer>(PolicyQueues.Requests, provider => provider.GetRequiredService<PolicyRequestHandler>());
        services.AddRequestHandler<ListPolicies, PolicyList>(PolicyQueues.Requests, provider => provider.GetRequiredService<PolicyRequestHandler>());
        services.AddRequestHandler<GetPolicy, GetPolicyAnswer>(PolicyQueues.Requests, provider => provider.GetRequiredService<PolicyRequestHandler>());
        services.AddSingleton<PolicyChangeHandler>();
        services.AddRequestHandler<ApplyPolicy, ApplyPolicyAnswer>(PolicyQueues.Requests, provider => provider.GetRequiredService<PolicyChangeHandler>());
        services.AddRequestHandler<DeletePolicy, PolicyAnswer>(PolicyQueues.Requests, provider => provider.GetRequiredService<PolicyChangeHandler>());
        services.AddRequestHandler<SetDefaultPolicy, PolicyAnswer>(PolicyQueues.Requests, provider => provider.GetRequiredService<PolicyChangeHandler>());
        services.AddRequestHandler<OverridePolicy, PolicyAnswer>(PolicyQueues.Requests, provider => provider.GetRequiredService<PolicyChangeHandler>());
        return services;
    }
}
