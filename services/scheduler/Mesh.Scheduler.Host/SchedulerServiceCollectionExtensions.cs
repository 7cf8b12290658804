using Mesh.Contracts.Events;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting;
using Mesh.Hosting.Background;
using Mesh.Hosting.Doctor;
using Mesh.Hosting.Store;
using Mesh.Hosting.Telemetry;
using Mesh.Scheduler.Host.Doctor;
using Mesh.Scheduler.Host.Drains;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Messages;
using Mesh.Scheduler.Host.Passes;
using Mesh.Scheduler.Host.Store;

namespace Mesh.Scheduler.Host;

/// <summary>Registers the scheduler.</summary>
public static class SchedulerServiceCollectionExtensions
{
    /// <summary>Adds the scheduler: its store, its passes and its request handlers. Calling it again has no effect.</summary>
    public static IServiceCollection AddScheduler(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(service => service.ServiceType == typeof(SchedulerStore)))
            return services;

        services.AddMeshBus(configuration).AddMeshStore(configuration).AddMeshTelemetry(configuration, "scheduler");
        foreach (var script in SchemaScript.Embedded(typeof(SchedulerServiceCollectionExtensions).Assembly))
            services.AddSingleton(script);
        services.AddOptions<SchedulingOptions>().Bind(configuration.GetSection("Scheduling")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SchedulerStore>();
        services.AddSingleton<StoredRulesReader>();
        services.AddSingleton<IStoreCheck, SchedulerStoreCheck>();
        services.AddSingleton<FleetReader>();
        services.AddSingleton<DrainService>();
        services.AddSingleton<DrainExecutor>();
        services.AddKeyedSingleton<AsyncSignal>(FleetReader.ChangeSignal);
        services.AddSingleton<SchedulingPass>();
        services.AddSingleton<MigrationEventHandler>();
        services.AddHostedService<SchedulerWorker>();
        services.AddSubscriber<MigrationEvent>(provider => provider.GetRequiredService<MigrationEventHandler>());
        return services.AddRequestHandlers(
            SchedulerQueues.Requests,
            typeof(SchedulingRequestHandler), typeof(QueryHandler), typeof(CordonRequestHandler), typeof(DrainRequestHandler), typeof(ForgetCordonedHostHandler), typeof(RulesRequestHandler));
    }
}
