using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Hosting;
using Mesh.Hosting.Clocks;
using Mesh.Hosting.Errors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Mesh.Agent;

/// <summary>Registers agents.</summary>
public static class AgentServiceCollectionExtensions
{
    /// <summary>
    /// Adds the agent of one host; may be called for several hosts. Its settings are the options named after the host, which are validated
    /// at the start. The caller adds the bus (<see cref="BusServiceCollectionExtensions.AddMeshBus"/>).
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="host">The host's name in the mesh.</param>
    /// <param name="configure">Configures the agent.</param>
    /// <param name="hypervisor">Connects to the host's hypervisor; the agent disposes the connection.</param>
    /// <exception cref="ProblemException">The host already has an agent in this process.</exception>
    public static IServiceCollection AddAgent(
        this IServiceCollection services, HostName host, Action<AgentOptions> configure, Func<IServiceProvider, IHypervisor> hypervisor)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(hypervisor);
        if (services.Any(service => service.ImplementationInstance is AgentRegistration known && known.Host == host))
            throw new ProblemException($"host {host} already has an agent in this process");

        services.AddMonotonicTime();
        services.AddOptions<AgentOptions>(host.Value).Configure(configure).PostConfigure(options => options.Host = host.Value).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AgentOptions>, AgentOptionsValidator>());
        if (!services.Any(service => service.ServiceType == typeof(HostAgentRegistry)))
            services.AddSingleton<HostAgentRegistry>().AddSubscriber<MeshHeartbeat>(provider => provider.GetRequiredService<HostAgentRegistry>());
        services.AddSingleton(new AgentRegistration(host, hypervisor));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<HostAgentRegistry>().GetOrCreate(host));
        return services.AddQueueHandler<AgentCommand>(
            AgentQueues.Commands(host), provider => provider.GetRequiredService<HostAgentRegistry>().GetOrCreate(host), ordered: true, exclusive: true);
    }
}
