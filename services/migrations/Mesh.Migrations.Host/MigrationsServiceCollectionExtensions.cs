using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Store;
using Mesh.Hosting.Telemetry;
using Mesh.Migrations.Host.Doctor;
using Mesh.Migrations.Host.Fencing;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Messages;
using Mesh.Migrations.Host.Policies;
using Mesh.Migrations.Host.Store;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mesh.Migrations.Host;

/// <summary>Registers the migrations service.</summary>
public static class MigrationsServiceCollectionExtensions
{
    /// <summary>Adds the migrations service: its grains, its store and what it listens to. Calling it again changes nothing.</summary>
    public static IServiceCollection AddMigrations(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(service => service.ServiceType == typeof(MigrationHome)))
            return services;

        services.AddMeshBus(configuration).AddMeshStore(configuration).AddMeshTelemetry(configuration, "migrations");
        foreach (var script in SchemaScript.Embedded(typeof(MigrationsServiceCollectionExtensions).Assembly))
            services.AddSingleton(script);
        services.AddOutboxMessage<AgentCommand>().AddOutboxMessage<MigrationEvent>();
        services.AddOptions<HealthOptions>().Bind(configuration.GetSection("Hosts")).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<FenceOptions>().Bind(configuration.GetSection("Fencing")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<MigrationStore>();
        services.AddMigrationChecks();
        services.AddSingleton<FenceStore>();
        services.TryAddSingleton<IFenceDevice, FenceCommand>();
        services.AddSingleton<HostFencing>();
        services.AddHostedService<HostWatch>();
        services.AddSingleton<HostRegistry>();
        services.AddSingleton<ActiveMigrations>();
        services.AddSingleton<WakeQueue>();
        services.TryAddSingleton<FlightRule>(Flight.Apply);
        services.AddSingleton<MigrationHome>();
        services.AddHostedService<Awakener>();

        services.AddSingleton<AgentMessages>();
        services.AddQueueHandler<HostReport>(AgentQueues.HostReports, provider => provider.GetRequiredService<AgentMessages>(), newestCounts: true);
        services.AddQueueHandler<HostInventory>(AgentQueues.HostInventories, provider => provider.GetRequiredService<AgentMessages>());
        services.AddQueueHandler<CommandAnswer>(AgentQueues.CommandAnswers, provider => provider.GetRequiredService<AgentMessages>());
        services.AddQueueHandler<AgentEvent>(AgentQueues.AgentEvents, provider => provider.GetRequiredService<AgentMessages>(), ordered: true);

        services.TryAddSingleton<IPolicySource, PolicyService>();
        services.AddSingleton<Requests>();
        services.AddRequestHandler<QueueMigration, MigrationRequestAnswer>(MigrationQueues.Requests, provider => provider.GetRequiredService<Requests>());
        services.AddRequestHandler<AbortMigration, AbortAnswer>(MigrationQueues.Requests, provider => provider.GetRequiredService<Requests>());
        services.AddRequestHandler<ChangeMigration, ChangeAnswer>(MigrationQueues.Requests, provider => provider.GetRequiredService<Requests>());
        services.AddRequestHandler<ExportMigration, ExportedMigration>(MigrationQueues.Requests, provider => provider.GetRequiredService<Requests>());
        services.AddRequestHandler<ShowMigration, ShownMigration>(MigrationQueues.Requests, provider => provider.GetRequiredService<Requests>());
        services.AddRequestHandler<ListMigrations, ListedMigrations>(MigrationQueues.Requests, provider => provider.GetRequiredService<Requests>());
        services.AddSingleton<SchedulerRequests>();
        services.AddRequestHandler<ReadFleet, FleetFacts>(MigrationQueues.Requests, provider => provider.GetRequiredService<SchedulerRequests>());
        services.AddRequestHandler<AdmitMigration, AdmissionAnswer>(MigrationQueues.Requests, provider => provider.GetRequiredService<SchedulerRequests>());
        services.AddRequestHandler<DismissMigration, AdmissionAnswer>(MigrationQueues.Requests, provider => provider.GetRequiredService<SchedulerRequests>());
        services.AddRequestHandler<RescheduleMigration, RescheduleAnswer>(MigrationQueues.Requests, provider => provider.GetRequiredService<SchedulerRequests>());
        services.AddRequestHandler<FenceHost, FenceAnswer>(MigrationQueues.Requests, provider => provider.GetRequiredService<HostFencing>());
        services.AddRequestHandler<ListHosts, ListedHosts>(MigrationQueues.Requests, provider => provider.GetRequiredService<Requests>());
        return services;
    }
}
