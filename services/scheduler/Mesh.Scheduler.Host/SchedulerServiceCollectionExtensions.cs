using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Doctor;
using Mesh.Hosting.Store;
using Mesh.Hosting.Telemetry;
using Mesh.Scheduler.Host.Doctor;
using Mesh.Scheduler.Host.Drains;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Messages;
using Mesh.Scheduler.Host.Store;
using Mesh.Scheduler.Host.Turns;

namespace Mesh.Scheduler.Host;

/// <summary>Registers the scheduler.</summary>
public static class SchedulerServiceCollectionExtensions
{
    /// <summary>Adds the scheduler: its store, its turns and what it answers. Calling it again changes nothing.</summary>
    public static IServiceCollection AddScheduler(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(service => service.ServiceType == typeof(SchedulerStore)))
            return services;

        services.AddMeshBus(configuration).AddMeshStore(configuration).AddMeshTelemetry(configuration, "scheduler");
        foreach (var script in SchemaScript.Embedded(typeof(SchedulerServiceCollectionExtensions).Assembly))
            services.AddSingleton(script);
        services.AddOptions<SchedulingOptions>().Bind(configuration.GetSection("Scheduling")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SchedulerStore>();
        services.AddSingleton<KeptRulesReader>();
        services.AddSingleton<IStoreCheck, SchedulerCheck>();
        services.AddSingleton<FleetReader>();
        services.AddSingleton<DrainKeeper>();
        services.AddSingleton<DrainHands>();
        services.AddSingleton<TurnSignal>();
        services.AddSingleton<TurnTaker>();
        services.AddSingleton<News>();
        services.AddHostedService<TurnLoop>();
        services.AddSubscriber<MigrationEvent>(provider => provider.GetRequiredService<News>());
        return services.AddAnswers();
    }

    private static IServiceCollection AddAnswers(this IServiceCollection services) => services
        .AddSingleton<MigrationRequests>().AddSingleton<Questions>().AddSingleton<HostRequests>().AddSingleton<DrainRequests>().AddSingleton<RuleRequests>()
        .Answer<RequestMigration, MigrationRequestAnswer, MigrationRequests>()
        .Answer<RescheduleMigration, RescheduleAnswer, MigrationRequests>()
        .Answer<RateTargets, RatedTargets, Questions>()
        .Answer<ListQueue, ListedQueue, Questions>()
        .Answer<ExportFleet, Fleet, Questions>()
        .Answer<CordonHost, SchedulerAnswer, HostRequests>()
        .Answer<UncordonHost, SchedulerAnswer, HostRequests>()
        .Answer<DrainHosts, DrainAnswer, DrainRequests>()
        .Answer<UndoDrain, DrainAnswer, DrainRequests>()
        .Answer<WithdrawDrain, SchedulerAnswer, DrainRequests>()
        .Answer<ListDrains, ListedDrains, DrainRequests>()
        .Answer<KeepRules, KeptRules, RuleRequests>()
        .Answer<ShowRules, KeptRules, RuleRequests>();

    private static IServiceCollection Answer<TRequest, TReply, THandler>(this IServiceCollection services)
        where TRequest : class
        where TReply : class
        where THandler : class, IRequestHandler<TRequest, TReply> =>
        services.AddRequestHandler<TRequest, TReply>(SchedulerQueues.Requests, provider => provider.GetRequiredService<THandler>());
}
