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

namespace Mesh.Agent;

/// <summary>Registers agents.</summary>
public static class AgentServiceCollectionExtensions
{
    /// <summary>
    /// Adds the agent of one host. May be called once for each of several hosts. The bus is the caller's to add
    /// (<see cref="BusServiceCollectionExtensions.AddMeshBus"/>).
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="options">The agent's settings; not to be changed any more.</param>
    /// <param name="hypervisor">Connects to the host's hypervisor; the agent closes it.</param>
    /// <exception cref="ProblemException">The settings are not accepted; the message says everything that is wrong with them.</exception>
    public static IServiceCollection AddAgent(
        this IServiceCollection services, AgentOptions options, Func<IServiceProvider, IHypervisor> hypervisor)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(hypervisor);
        AgentOptionsValidator.ThrowIfInvalid(options);
        var host = new HostName(options.Host);
        if (services.Any(service => service.ImplementationInstance is AgentRegistration known && known.Host == host))
            throw new ProblemException($"host {host} has an agent in this process already");

        services.AddMonotonicTime();
        services.TryAddSingleton<HostAgentRegistry>();
        services.AddSingleton(new AgentRegistration(host, options, hypervisor));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<HostAgentRegistry>().GetOrCreate(host));
        return services.AddQueueHandler<AgentCommand>(
            AgentQueues.Commands(host), provider => provider.GetRequiredService<HostAgentRegistry>().GetOrCreate(host), ordered: true);
    }

    /// <inheritdoc cref="AddAgent(IServiceCollection, AgentOptions, Func{IServiceProvider, IHypervisor})" />
    /// <param name="services">The container.</param>
    /// <param name="configure">Sets the agent's settings, once and at once.</param>
    /// <param name="hypervisor">Connects to the host's hypervisor; the agent closes it.</param>
    public static IServiceCollection AddAgent(
        this IServiceCollection services, Action<AgentOptions> configure, Func<IServiceProvider, IHypervisor> hypervisor)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new AgentOptions();
        configure(options);
        return services.AddAgent(options, hypervisor);
    }
}
