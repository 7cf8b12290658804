using Mesh.Agent.Commands;
using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Reports;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent;

/// <summary>Composes the parts of one agent, in a container of their own: a process may run the agents of several hosts.</summary>
internal static class AgentComposition
{
    public static ServiceProvider Build(
        AgentOptions options, Func<IHypervisor> connect, IMessageBus bus, MeshContact mesh, TimeProvider time, ILogger log, CancellationToken stopping)
    {
        var host = new HostName(options.Host);
        var store = new AgentStore(options.StateDirectory is { } directory ? new AgentStateFile(directory, host) : null, options.RecordsKeptMax, log);
        var agent = new AgentContext { Host = host, AgentEpoch = store.StartAgentEpoch(time.GetUtcNow()), Time = time, Log = log, Stopping = stopping };
        return new ServiceCollection()
            .AddSingleton(agent)
            .AddSingleton(options)
            .AddSingleton(bus)
            .AddSingleton(mesh)
            .AddSingleton(store)
            .AddSingleton(_ => connect())
            .AddRuntime()
            .AddJobs()
            .AddCommands()
            .AddSingleton<HostReporter>()
            .AddSingleton<VmDescriber>()
            .AddSingleton<InventoryReporter>()
            .AddSingleton<AgentLoops>()
            .BuildServiceProvider();
    }

    private static IServiceCollection AddRuntime(this IServiceCollection services) => services
        .AddSingleton<AgentSignals>()
        .AddSingleton<VmStateCache>()
        .AddSingleton<SettingRetrier>()
        .AddSingleton<ReliableSender>()
        .AddSingleton<AgentEventPublisher>();

    private static IServiceCollection AddJobs(this IServiceCollection services) => services
        .AddSingleton<MigrationMonitorFactory>()
        .AddSingleton<MigrationMonitors>()
        .AddSingleton<ExternalMigrations>()
        .AddSingleton<IncomingMigrations>()
        .AddSingleton<HostMigrations>()
        .AddSingleton<ThrottleCleanup>()
        .AddSingleton<HypervisorEventDispatcher>();

    private static IServiceCollection AddCommands(this IServiceCollection services) => services
        .AddSingleton<ParameterChangeHandler>()
        .AddSingleton<SourceCommandHandler>()
        .AddSingleton<IncomingDiskImages>()
        .AddSingleton<DestinationCommandHandler>()
        .AddSingleton<RecoveryCommandHandler>()
        .AddSingleton<OrphanCommandHandler>()
        .AddSingleton<CommandDispatcher>();
}
