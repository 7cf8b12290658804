using System.Collections.Concurrent;
using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent;

/// <summary>
/// The agents of this process, one per host. A registry of its own, because whoever resolves a message's handler may know nothing
/// of the container's keyed services.
/// </summary>
internal sealed class HostAgentRegistry(IServiceProvider services, IEnumerable<AgentRegistration> registrations) : IAsyncDisposable
{
    private readonly Dictionary<HostName, AgentRegistration> _registrations = registrations.ToDictionary(registration => registration.Host);
    private readonly ConcurrentDictionary<HostName, Lazy<HostAgent>> _agents = [];

    public HostAgent GetOrCreate(HostName host) => _agents.GetOrAdd(host, new Lazy<HostAgent>(() => Create(_registrations[host]))).Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents.Values.Where(agent => agent.IsValueCreated))
            await agent.Value.DisposeAsync();
    }

    private HostAgent Create(AgentRegistration registration) => new(
        registration.Options,
        () => registration.Hypervisor(services),
        services.GetRequiredService<IMessageBus>(),
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<ILogger<HostAgent>>());
}

/// <summary>An agent to be created.</summary>
/// <param name="Host">Its host.</param>
/// <param name="Options">Its settings.</param>
/// <param name="Hypervisor">Connects to the host's hypervisor.</param>
internal sealed record AgentRegistration(HostName Host, AgentOptions Options, Func<IServiceProvider, IHypervisor> Hypervisor);
