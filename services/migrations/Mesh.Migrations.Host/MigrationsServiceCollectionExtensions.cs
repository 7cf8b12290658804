using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Hosting;
using Mesh.Hosting.Doctor;
using Mesh.Hosting.Store;
using Mesh.Hosting.Telemetry;
using Mesh.Migrations.Host.Doctor;
using Mesh.Migrations.Host.Fencing;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Messages;
using Mesh.Migrations.Host.Policies;
using Mesh.Migrations.Host.Running;
using Mesh.Migrations.Host.Store;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mesh.Migrations.Host;

/// <summary>Registers the migrations service.</summary>
public static class MigrationsServiceCollectionExtensions
{
    /// <summary>Adds the migrations service: its grains, its store and its message handlers. Further calls have no effect.</summary>
    public static IServiceCollection AddMigrations(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(service => service.ServiceType == typeof(LocalGrainHost)))
            return services;

        services.AddMeshBus(configuration).AddMeshStore(configuration).AddMeshTelemetry(configuration, "migrations");
        foreach (var script in SchemaScript.Embedded(typeof(MigrationsServiceCollectionExtensions).Assembly))
            services.AddSingleton(script);
        services.AddOutboxMessage<AgentCommand>().AddOutboxMessage<MigrationEvent>();
        services.AddOptions<HostHealthOptions>().Bind(configuration.GetSection("Hosts")).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<FenceOptions>().Bind(configuration.GetSection("Fencing")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<MigrationStore>();
        services.AddSingleton<IStoreCheck, MigrationsCheck>()
            .AddSingleton<IStoreCheck, EpochCheck>()
            .AddSingleton<IStoreCheck, InventoryCheck>()
            .AddSingleton<IStoreCheck, HostProblemCheck>()
            .AddSingleton<IStoreCheck, FenceCheck>()
            .AddSingleton<IStoreCheck, RetentionCheck>();
        services.AddSingleton<FenceStore>();
        services.AddSingleton<HostProblemStore>();
        services.TryAddSingleton<IFenceDevice, ShellFenceDevice>();
        services.AddHostedService<HostHealthMonitor>();
        services.AddHostedService<HostProblemRecorder>();
        services.AddSingleton<HostRegistry>();
        services.AddSingleton<ActiveMigrations>();
        services.AddSingleton<TimerQueue>();
        services.TryAddSingleton<TransitionFunction>(MigrationStateMachine.Apply);
        services.AddSingleton<LocalGrainHost>();
        services.AddHostedService<MigrationTimerService>();
        services.AddHostedService<HeartbeatService>();
        services.AddSingleton<RetentionStore>();
        services.AddHostedService<MigrationRetention>();

        services.AddSingleton<AgentMessageHandler>();
        services.AddJsonHandler<HostReport>(AgentQueues.HostReports, provider => provider.GetRequiredService<AgentMessageHandler>(), dropOldest: true);
        services.AddJsonHandler<HostInventory>(AgentQueues.HostInventories, provider => provider.GetRequiredService<AgentMessageHandler>());
        services.AddJsonHandler<CommandAnswer>(AgentQueues.CommandAnswers, provider => provider.GetRequiredService<AgentMessageHandler>());
        services.AddJsonHandler<AgentEvent>(AgentQueues.AgentEvents, provider => provider.GetRequiredService<AgentMessageHandler>(), ordered: true);

        services.TryAddSingleton<IPolicyClient, PolicyClient>();
        return services.AddRequestHandlers(
            MigrationQueues.Requests, typeof(MigrationRequestHandler), typeof(SchedulerRequestHandler), typeof(FenceRequestHandler), typeof(ForgetHostHandler));
    }
}
