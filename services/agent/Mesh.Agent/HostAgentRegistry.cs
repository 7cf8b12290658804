using System.Collections.Concurrent;
using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Agent;

/// <summary>
/// The agents of this process, one per host. Not keyed services: what resolves a message's handler may not support them.
/// </summary>
internal sealed class HostAgentRegistry(IServiceProvider services, IEnumerable<AgentRegistration> registrations) : IMessageHandler<MeshHeartbeat>, IAsyncDisposable
{
    private readonly Dictionary<HostName, AgentRegistration> _registrations = registrations.ToDictionary(registration => registration.Host);
    private readonly ConcurrentDictionary<HostName, Lazy<HostAgent>> _agents = [];

    public HostAgent GetOrCreate(HostName host) => _agents.GetOrAdd(host, new Lazy<HostAgent>(() => Create(_registrations[host]))).Value;

    /// <summary>One subscription serves all agents of the process.</summary>
    public Task HandleAsync(MeshHeartbeat message, CancellationToken cancellation)
    {
        foreach (var agent in _agents.Values.Where(agent => agent.IsValueCreated))
            agent.Value.MeshContact.RecordHeard();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents.Values.Where(agent => agent.IsValueCreated))
            await agent.Value.DisposeAsync();
    }

    private HostAgent Create(AgentRegistration registration) => new(
        services.GetRequiredService<IOptionsMonitor<AgentOptions>>().Get(registration.Host.Value),
        () => registration.Hypervisor(services),
        services.GetRequiredService<IMessageBus>(),
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<ILogger<HostAgent>>());
}

internal sealed record AgentRegistration(HostName Host, Func<IServiceProvider, IHypervisor> Hypervisor);
