using Mesh.Hosting.Clocks;
using Mesh.Hosting.Doctor;
using Mesh.Hosting.Inbox;
using Mesh.Hosting.Outbox;
using Mesh.Hosting.Store;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting;

/// <summary>Registers the store, the outbox and the inbox.</summary>
public static class StoreServiceCollectionExtensions
{
    /// <summary>Adds the store with the settings of section <c>Store</c>, with outbox and inbox; calling it again changes nothing.</summary>
    public static IServiceCollection AddMeshStore(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (services.Any(service => service.ServiceType == typeof(MeshDatabase)))
            return services;

        services.AddOptions<StoreOptions>().Bind(configuration.GetSection("Store")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<StoreLock>();
        services.AddSingleton<MeshDatabase>();
        foreach (var script in SchemaScript.Embedded(typeof(MeshDatabase).Assembly))
            services.AddSingleton(script);
        services.AddMonotonicTime();
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<OutboxRoutes>();
        services.AddHostedService<InboxCleanup>();
        services.AddSingleton<StoreDoctor>();
        services.AddSingleton<IStoreCheck, ClaimCheck>();
        services.AddSingleton<IStoreCheck, OutboxCheck>();
        return services;
    }

    /// <summary>
    /// Sends messages of a type through the outbox. Of services that share a database, one does so: a service that sends nothing leaves the
    /// outbox alone.
    /// </summary>
    public static IServiceCollection AddOutboxMessage<T>(this IServiceCollection services)
        where T : class
    {
        if (!services.Any(service => service.ImplementationInstance is OutboxRoute route && route.Type == typeof(T)))
            services.AddSingleton(OutboxRoute.Create<T>());
        return services.AddHostedService<OutboxDispatcher>();
    }
}
